import pytest

from ingest.extraction.language import find_language
from ingest.html.page import parse

ENGLISH = "The council said on Monday that it has closed the bridge for repairs and that the work was to take a week. "
URDU = "شہر کی انتظامیہ نے پیر کے روز بتایا کہ پل کو مرمت کے لیے بند کر دیا گیا ہے اور کام میں ایک ہفتہ لگے گا۔ "
ARABIC = "قالت إدارة المدينة يوم الاثنين إن الجسر أغلق لإجراء الإصلاحات وإن العمل سيستغرق أسبوعا كاملا في هذه المنطقة. "
PERSIAN = "شهرداری روز دوشنبه گفت که پل برای تعمیر بسته شده است و کار یک هفته طول می‌کشد و گذرگاه دیگری نیست. "
SINDHI = "شهر جي انتظاميا سومر ڏينهن ٻڌايو ته پل مرمت لاءِ بند ڪيو ويو آهي ۽ ڪم ۾ هڪ هفتو لڳندو. "
PASHTO = (
    "د ښار ادارې د دوشنبې په ورځ وویل چې پل د ترمیم لپاره تړل شوی دی او کار به یوه اونۍ ونیسي. "
)
SHAHMUKHI = (
    "شہر دی انتظامیہ نے سوموار نوں دسیا کہ پل مرمت لئی بند کر دتا گیا اے تے کم وچ اک ہفتہ لگے گا۔ "
)
SARAIKI = (
    "شہر دی انتظامیہ نے سوموار کوں ݙسیا جو پل مرمت کیتے بند کر ݙتا ڳئے تے کم وچ ہک ہفتہ لڳسی۔ "
)
UKRAINIAN = "Міська влада повідомила в понеділок, що міст закрито на ремонт і що роботи триватимуть один тиждень. "
BULGARIAN = "Градската управа съобщи в понеделник, че мостът е затворен за ремонт и че работата ще отнеме седмица. "
SLOVAK = "Mesto v pondelok oznámilo, že most je pre opravy uzavretý a že práce budú trvať jeden týždeň, ako bolo v pláne. "
CATALAN = "L'ajuntament va dir dilluns que el pont és tancat per reparacions i que les obres duraran una setmana més. "
MARATHI = (
    "शहर प्रशासनाने सोमवारी सांगितले की पूल दुरुस्तीसाठी बंद करण्यात आला आहे आणि हे काम एक आठवडा चालणार आहे. "
)
SWAHILI = "Mamlaka ya mji ilisema Jumatatu kwamba daraja limefungwa kwa ajili ya ukarabati na kazi hii ni ya wiki moja. "
ZULU = "Umkhandlu uthe ngoMsombuluko ukuthi ibhuloho livaliwe, kodwa abantu bangasebenzisa elinye noma bahambe ngezinyawo, futhi lokhu kuzothatha isonto. "
GERMAN = "Die Stadt hat am Montag mitgeteilt, dass die Brücke für Arbeiten gesperrt ist und es eine Woche dauert. "
RUSSIAN = "Городские власти сообщили в понедельник, что мост закрыт на ремонт и что работы займут одну неделю. "
JAPANESE = "市は月曜日、橋が修理のために閉鎖されたと発表した。工事には一週間かかる見込みだという。"
CHINESE = (
    "市政府周一表示，大桥因维修而关闭，工程预计需要一周时间，市民可以改走老桥，公交车也将绕行。"
)


def language(text: str, lang: str = "", head: str = "") -> tuple[str | None, str]:
    return find_language(
        parse(
            f'<html lang="{lang}"><head>{head}</head><body><p>x</body></html>', "https://p.example/"
        ),
        text,
    )


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        (ENGLISH, "en-GB", ("en", "html-lang")),
        (URDU, "en-US", ("ur", "script")),
        (URDU, "ur", ("ur", "html-lang")),
        (ENGLISH * 3 + URDU, "en", ("en", "html-lang")),
        (ARABIC, "en", ("ar", "script")),
        (PERSIAN, "ar", ("fa", "script")),
        (SINDHI, "en-US", ("sd", "script")),
        (PASHTO, "fa", ("ps", "script")),
        (SHAHMUKHI, "en-US", ("pnb", "script")),
        (SHAHMUKHI, "pnb", ("pnb", "html-lang")),
        (SARAIKI, "en-US", ("skr", "script")),
        (URDU * 5, "ar", ("ur", "script")),
        (JAPANESE, "", ("ja", "script")),
        (CHINESE, "en", ("zh", "script")),
        (RUSSIAN, "ru-RU", ("ru", "html-lang")),
        (GERMAN, "de", ("de", "html-lang")),
        (GERMAN * 2, "en-US", ("de", "text")),
        (ENGLISH * 2, "", ("en", "text")),
        (RUSSIAN * 2, "en", ("ru", "text")),
        (UKRAINIAN * 2, "en", ("uk", "text")),
        (BULGARIAN * 2, "", ("bg", "text")),
        (MARATHI, "en", ("mr", "script")),
        (SLOVAK, "en", ("sk", "text")),
        (CATALAN, "en", ("ca", "text")),
        (SWAHILI, "en", ("sw", "text")),
        (ZULU * 2, "en", ("zu", "text")),
        (GERMAN, "iw", ("de", "text")),
    ],
)
def test_the_texts_language_beats_a_wrong_tag(
    text: str, lang: str, expected: tuple[str, str]
) -> None:
    assert language(text, lang) == expected


def test_a_short_text_leaves_the_tag() -> None:
    assert language("OK", "de-AT") == ("de", "html-lang")
    assert language("", "", '<meta property="og:locale" content="ur_PK">') == ("ur", "og:locale")
    assert language("", "English") == (None, "")


def test_a_language_without_a_word_list_is_believed() -> None:
    text = "Borgin tilkynnti á mánudag að brúnni yrði lokað vegna viðgerða sem taka myndu viku samkvæmt áætlun. "
    assert language(text * 2, "is") == ("is", "html-lang")


def test_a_language_without_a_word_list_is_not_taken_for_another() -> None:
    greenlandic = "Kommunalbestyrelsi ataasinngornermi nalunaarpoq ikaartarfik matoqqasoq sulinerlu sapaatip akunneranik. "
    assert language(greenlandic * 3) == (None, "")
    assert language(greenlandic * 3, "kl") == ("kl", "html-lang")


def test_a_japanese_text_full_of_latin_names_is_japanese() -> None:
    text = "個人的にWebAssemblyには強く期待しており、GoのWebAssemblyではDOMやJavaScript API、Canvasも扱えます。"
    assert language(text) == ("ja", "script")


def test_a_tag_is_kept_where_the_text_has_words_of_it_and_few_more_of_another() -> None:
    danish = "Byen oplyste mandag, at broen er lukket for reparation, og at arbejdet varer en uge. "
    assert language(danish, "nb") == ("nb", "html-lang")
    assert language(danish, "fr")[0] in {"da", "nb"}

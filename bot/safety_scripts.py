"""Letters of other scripts, made comparable: forms that a reader takes for the same, and marks that many leave out."""

from __future__ import annotations

import re
import unicodedata

_FORMS = {
    # Latin letters that do not decompose
    "ł": "l", "ß": "ss", "ı": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
    # Arabic, Persian and Urdu: ye, kaf, he and alif in all their forms; the nasal noon, which Urdu phones often lack
    "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ة": "ه", "ە": "ه", "ٱ": "ا", "ں": "ن",
    # Cyrillic
    "ё": "е", "ґ": "г",
    # Devanagari: nasal signs and the dot below dropped, long i and u as short ones
    "\u0901": "", "\u0902": "", "\u093c": "", "\u0940": "\u093f", "\u0942": "\u0941",
    # Gurmukhi: nasal signs, the dot below and the doubling sign dropped
    "\u0a01": "", "\u0a02": "", "\u0a70": "", "\u0a71": "", "\u0a3c": "", "\u0a40": "\u0a3f", "\u0a42": "\u0a41",
    # Gujarati
    "\u0a81": "", "\u0a82": "", "\u0abc": "", "\u0ac0": "\u0abf", "\u0ac2": "\u0ac1",
    # Bengali: the three s and the two n are one sound
    "\u0981": "", "\u09bc": "", "\u09c0": "\u09bf", "\u09c2": "\u09c1", "ষ": "স", "শ": "স", "ণ": "ন",
    # Tamil: three l, three n and two r that are often mixed up
    "ள": "ல", "ழ": "ல", "ண": "ன", "ந": "ன", "ற": "ர",
    "\u2028": "\n", "\u2029": "\n", "\x85": "\n",
}  # fmt: skip
_TRADITIONAL = "殺護車藥覺處媽兒強姦過氣難腦臟發壓個來們嗎說話錢鎖裡裏門關離開後還會時機體頭腳臉邊風動懷寶醫傷斷結輕樓殘沒讓點嚇綁證賣債給從對聽無為愛樣當幾歲著嬰燒產嘔痺顆麼這誰請幫緊經紅腫闆兇慘親國見長帶進運壞學慣現禮樂電視腸驚佢哋嘅啲搵咗喺睇攞"
_SIMPLIFIED = "杀护车药觉处妈儿强奸过气难脑脏发压个来们吗说话钱锁里里门关离开后还会时机体头脚脸边风动怀宝医伤断结轻楼残没让点吓绑证卖债给从对听无为爱样当几岁着婴烧产呕痹颗么这谁请帮紧经红肿板凶惨亲国见长带进运坏学惯现礼乐电视肠惊佢哋嘅啲揾咗喺睇攞"
_SAME = str.maketrans(_FORMS | dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)))
# Marks of Latin, Greek and Cyrillic letters; the Arabic stretcher, vowel signs and small alif.
_DROPPED_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_CYRILLIC = "[\u0400-\u04ff]"
_MIXED = re.compile(rf"(?<=[\u0400-\u04ff])[a-z]+|[a-z]+(?={_CYRILLIC})")
_LOOKALIKE = str.maketrans("aeopcxyikmth", "аеорсхуікмтн")
_PERSIAN_VERB = re.compile(r"(?<![^\W_])(ن?مي)[ \u200c]+(?=[^\W\d_])")
_TAMIL_LINK = re.compile("(?:ப|க|ச|த)\u0bcd(?=\\s|$)")


def same_letters(text: str) -> str:
    """Lower-case text in letters that compare; digits of every script as 0 to 9. Never fails."""
    text = unicodedata.normalize("NFKD", text).translate(_SAME)
    text = _DROPPED_MARKS.sub("", text)
    text = _MIXED.sub(lambda m: m.group().translate(_LOOKALIKE), text)
    text = _TAMIL_LINK.sub("", _PERSIAN_VERB.sub(r"\1", text))
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() and not char.isascii() else char for char in text)


_SOUNDS = tuple((re.compile(written), heard) for written, heard in (
    ("a{2,}", "a"), ("ee+|ii+", "i"), ("oo+|uu+", "u"), ("(?<=[aeou])y(?![aeiou])", "i"), ("a[ie]|ei", "e"), ("au|ou|ow(?![aeiou])", "o"),
    ("w", "v"), ("ch+", "c"), ("([sktdbgjp])h", r"\1"), ("zh", "j"), ("z", "j"), ("q|ck", "k"), (r"(.)\1+", r"\1"),
))  # fmt: skip


def romanised(word: str) -> str:
    """How a South Asian word in Latin letters sounds: "chaahta", "chahta" and "chaahtha" are one."""
    for written, heard in _SOUNDS:
        word = written.sub(heard, word)
    return word


def without_ending(sound: str) -> str:
    """A final h or nasal n is often not written: "hoon" and "hu", "main" and "mai"."""
    return re.sub("(?<=[aeiou])[nh]$", "", sound)

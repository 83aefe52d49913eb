"""What can be written in an expression beside paths: functions, a line each."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """One function: how it is written, what is put in, what it does."""

    form: str
    insert: str
    help: str


FUNCTIONS: tuple[Word, ...] = (
    Word("condition ? yes : no", " ? … : …", "One of two values, as the condition says"),
    Word("string(value)", "string(", "Makes text of a number, an instant, true or false"),
    Word("int(value)", "int(", "Makes a whole number of text"),
    Word("double(value)", "double(", "Makes a number of text"),
    Word("size(value)", "size(", "How many entries a list has, or letters a text"),
    Word("has(path)", "has(", "Whether a field is there"),
    Word("timestamp(text)", "timestamp(", "Makes an instant of text, to compare or add to"),
    Word('duration("1h")', 'duration("1h")', "A length of time: 30s, 15m, 1h"),
    Word(".orValue(other)", ".orValue(", "What to take where a field is absent"),
    Word('.contains("text")', '.contains("', "Whether a text holds another"),
    Word('.startsWith("text")', '.startsWith("', "Whether a text begins so"),
    Word('.endsWith("text")', '.endsWith("', "Whether a text ends so"),
    Word('.matches("pattern")', '.matches("', "Whether a pattern (regular expression) fits"),
    Word(".lowerAscii()", ".lowerAscii()", "The text in small letters"),
    Word(".upperAscii()", ".upperAscii()", "The text in capitals"),
    Word(".trim()", ".trim()", "The text without blanks around it"),
    Word('.replace("old", "new")', '.replace("', "The text with one part put in another's place"),
    Word('.split(",")', '.split(","', "A list of the parts of a text"),
    Word('.join(", ")', '.join(", ")', "One text of a list of texts"),
    Word(".substring(0, 10)", ".substring(0, ", "A part of a text, counted from 0"),
    Word(".map(x, x.name)", ".map(x, x.", "A list made of every entry of another"),
    Word(".filter(x, condition)", ".filter(x, x.", "The entries that fit a condition"),
    Word(".exists(x, condition)", ".exists(x, x.", "Whether any entry fits"),
    Word(".all(x, condition)", ".all(x, x.", "Whether every entry fits"),
    Word(".sum()", ".sum()", "The total of a list of numbers"),
    Word("math.greatest(a, b)", "math.greatest(", "The largest of several numbers"),
    Word("math.least(a, b)", "math.least(", "The smallest of several numbers"),
    Word("math.round(number)", "math.round(", "The nearest whole number"),
    Word(".getHours()", ".getHours()", "The hour of an instant, UTC"),
)

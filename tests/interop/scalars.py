"""Scalars as people and machines write them, and as nobody should: by a seed, each a YAML text."""
import random

WORDS = ("yes Yes YES no No NO on On ON off Off OFF true True TRUE false False FALSE y Y n N yEs nO oN tRue "
         "~ null Null NULL nULL nil none .inf -.inf +.inf .Inf .INF .iNF .nan .NaN .NAN -.nan .nAn Infinity NaN "
         "= << <<< . .. ... - -- + +- -+1 +-1 _ __ _1 1_ 0_ 0x 0b 0o 0o17 0x_ 0b_ 0x_1 0b_1 -0 +0 00 -00 000 0.0 -0.0 "
         "-.0 0. -0. 0e0 -0e5 .e1 e1 1e 1e+ 1.e1 1.e ._ -._ ._1 1._ 1_.5 0x1.5 0x1p3 1d 1f 1L 1.5f 0b2 08 09 019 "
         "1,000 1.000,5 1.2.3 1.2.3.4 127.0.0.1 1:2:3:4 ::1 fe80::1 10:20:30:40:50:59 0:30 1:60 01:30 1:5.5 "
         "12:30.5_5 -190:20:30.15 190:20:30 0.1e-400 1e400 -1e400 4.9e-324 2.2250738585072014e-308 "
         "1.7976931348623157e308 9007199254740993 9007199254740993.0 0.1 0.2 0.3 1e21 1e22 1e23 123456789012345680000 "
         "2147483647 2147483648 -2147483648 -2147483649 9223372036854775807 9223372036854775808 "
         "-9223372036854775808 -9223372036854775809 0x7fffffff 0x80000000 0xffffffff 0x7fffffffffffffff "
         "0x8000000000000000 0xffffffffffffffff 0777 037777777777 0777777777777777777777 "
         "2024-01-01 2024-1-1 2024-01-01T10:20:30Z 2024-01-01 10:20:30 2001-12-14t21:59:43.10-05:00 24:00 23:59:59 "
         "#x a#b a#c 'it''s' \"q\" a:b a::b :a a: -a ?a !a &a *a @a `a %a |a >a {a} [a] {} [] ${a:b} {cipher}ab12").split(" ")
TAGS = ("!!str", "!!int", "!!float", "!!bool", "!!null", "!!binary", "!!timestamp", "!", "!!map", "!!seq", "!foo",
        "!!set", "!<tag:yaml.org,2002:int>", "!!java.lang.String")


def digits(dice, alphabet, most=24):
    # Short ones mostly: the long are of one kind.
    return "".join(dice.choices(alphabet, k=min(dice.randint(1, most), dice.randint(1, most))))


def underscored(dice, text):
    for _ in range(dice.randint(0, 3) if dice.random() < 0.3 else 0):
        at = dice.randint(0, len(text))
        text = text[:at] + "_" + text[at:]
    return text


def sign(dice):
    return dice.choice(("", "", "", "-", "+"))


def based(dice):
    prefix, alphabet = dice.choice((("0b", "01"), ("0", "01234567"), ("", "0123456789"), ("0x",
    "0123456789abcdefABCDEF"),
                                    ("0o", "01234567"), ("0b", "012"), ("0", "0123456789"), ("0x",
    "0123456789abcdefg"),
                                    ("0B", "01"), ("0X", "0123456789ABCDEF")))
    return sign(dice) + prefix + underscored(dice, digits(dice, alphabet, 70 if prefix == "0b" else 30))


def sixties(dice):
    groups = [digits(dice, "0123456789", 6)]
    groups += [dice.choice(("{}", "{:02}")).format(dice.randint(0, 62 if dice.random() < 0.1 else 59))
               for _ in range(dice.randint(1, 7 if dice.random() < 0.2 else 3))]
    fraction = dice.choice(("", "", ".", "." + digits(dice, "0123456789_", 6)))
    return sign(dice) + underscored(dice, ":".join(groups)) + fraction


def floating(dice):
    whole = dice.choice(("", "0", digits(dice, "0123456789")))
    fraction = dice.choice(("", ".", "." + digits(dice, "0123456789")))
    exponent = dice.choice(("", "", dice.choice("eE") + dice.choice(("", "-", "+")) + str(dice.randint(0, 330))))
    return sign(dice) + underscored(dice, whole + fraction) + exponent


def doubled(dice):
    """A double of any bits, in the decimals of somebody's printf."""
    value = dice.choice((dice.random() * 10 ** dice.randint(-320, 308), dice.randint(0, 2 ** 63) / 2 ** dice.randint(0, 64),
                         round(dice.random() * 10 ** dice.randint(0, 9), dice.randint(0, 6))))
    return sign(dice) + dice.choice(("{!r}", "{:.17g}", "{:.3f}", "{:e}", "{:.20e}")).format(value)


def dated(dice):
    date = f"{dice.randint(0, 9999):04}-{dice.randint(0, 13):02}-{dice.randint(0, 32):{dice.choice(('', '02'))}}"
    time = f"{dice.randint(0, 24)}:{dice.randint(0, 60):02}:{dice.randint(0, 60):02}"
    zone = dice.choice(("", "Z", " Z", "+01", "-05:00", " +5:30", "+0100"))
    return dice.choice((date, time, f"{date}T{time}{zone}",
    f"{date} {time}{dice.choice(('', '.5', '.123456'))}{zone}"))


def noise(dice):
    return "".join(dice.choices("0123456789+-._:eExXbBoOaAfFnNyY~tTrR ", k=dice.randint(1, 8))).strip() or "x"


def long(dice):
    """About the length where SnakeYAML stops looking."""
    return dice.choice(("", "-", "0x", "0b", "0", "0.", ".")) + digits(dice, "1",
    1) * dice.choice((1000, 1021, 1022, 1023,
                                                                                                1024, 1025))


PLAIN = ((based, 26), (sixties, 12), (floating, 18), (doubled, 14), (dated, 10), (noise, 12), (long, 1),
         (lambda dice: dice.choice(WORDS), 7))


def scalar(dice):
    """The text behind "k: "."""
    make = dice.choices([make for make, _ in PLAIN], [weight for _, weight in PLAIN])[0]
    text = make(dice)
    style = dice.random()
    if style < 0.07:
        text = "'" + text.replace("'", "''") + "'"
    elif style < 0.14:
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif style < 0.17:
        text = dice.choice(("|-\n  ", ">-\n  ", "|\n  ", ">+\n  ")) + text
    if dice.random() < 0.08:
        text = dice.choice(TAGS) + " " + text
    return text


def generate(seed, count):
    dice = random.Random(seed)
    return [scalar(dice) for _ in range(count)]

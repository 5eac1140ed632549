"""Odd configuration files: what authors wrote in ten years, and by a seed what nobody would."""

DOCTYPE = '<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">'

YAML = (
    # maps, lists, nothing
    "a: {b: {c: d}}\n", "l: [x, {k: v}, [1, 2], [], {}]\n", "e: []\nn:\nt: ~\nm: {}\n", "- c\n- d\n",
    "- [a, {b: c}]\n",
    "text\n", "5\n", "|\n block\n", "[]\n", "{}\n", "''\n", "~\n", "", "# only a comment\n",
    "--- []\n--- {}\n--- ''\n--- !!str\n",
    "a:\n- 1\n-\n- - 2\n  - 3\n", "-\n-\n", "a: b\na.b: c\n", "a:\n  b: 1\na.b: 2\n", "a: {b: 1}\na.b: {c: 2}\n",
    # keys
    "1: a\n1.5: b\ntrue: c\n~: d\n2001-01-01: e\n", "m: {1: x, yes: y, 0x10: z, .inf: i}\n",
    "\"[a.b]\": 1\nm: {\"[x]\": 2}\n",
    "'': 1\n", "' ': 1\n", "'': {a: 1}\n' ': {b: 2}\n", "a: {'': 1, ' ': {b: 2}}\n", "\"\\u2003\": [x]\n",
    "\"\\u00a0\": [x]\n",
    "' ': [[x]]\n", "? a\n: b\n? c\n", "? [a, 1]\n: b\n", "? {a: [1, {b: ~}]}\n: c\n",
    "{[]: a, {}: b, [[], 2]: c}\n",
    "? - a\n  - b\n:\n  - c\n", "? |\n  block\n: v\n", "\"q u\\to\": 1\n'it''s': 2\n", "a b c: d\n",
    "a#b: c#d\n", "-a: -b\n",
    "?a: ?b\n", "a?: b\n", ":a: :b\n", "a::b: c\n", "http://x:80/y: z\n", "<: a\n", "=: b\n",
    "\"a\\0b\": \"c\\0d\"\n",
    "{.inf: 1, Infinity: 2, [1]: 3, ['1']: 4, '1': 5, 1: 6}\n", "k: {a.b: 1, a: {b: 2}}\n", "[a]: 1\n[b]: 2\n",
    "ключ: значение\n鍵: 値\n\U0001F600: \U0001F601\n", "a" * 1000 + ": b\n",
    # anchors and merges
    "a: &x {k: 1}\nb: *x\n", "a: &x 1\nb: [*x, *x]\n", "&k key: *k\n", "a: &x 1\nb: &x 2\nc: *x\n",
    "a: &a\nb: *a\n",
    "base: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n  z: 4\n", "m:\n  y: 3\n  <<: {x: 1, y: 2}\n",
    "m: {<<: [{a: 1}, {a: 2, b: 3}]}\n",
    "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, x: 3}\n", "m: {<<: {a: 1}, <<: {b: 2}, a: 3}\n",
    "m: {'<<': 1}\n",
    "<<: {a: 1}\nb: 2\n", "b: &b {x: 1}\nt: {<<: {<<: *b, x: 2}}\n", "m: {<<: !!omap [a: 1, b: 2], a: 3}\n",
    "m: {<<: {y: 2}, y: 3}\n", "b: &b {y: 1}\n<<: *b\ny: 2\n", "y: 2\nb: &b {y: 1}\n<<: *b\n",
    "a: [x, y]\n<<: {a: 1}\n", "m: {~: 1, <<: {~: 2}}\n",
    "b: &b {x: 1}\na: {<<: &m {<<: *b, y: 2}}\nc: *m\n", "t: {<<: {a: 1, a: 2}}\n",
    "s: &s !!set {a}\nt: {<<: *s}\n", "a: !!set {<<: {b}, c}\n",
    "t: &t {<<: {a: 1}}\nu: {a: 2, <<: *t}\n", "t: &t {<<: {a: 1}}\nv: *t\nu: {a: 2, <<: *t}\n",
    "x: {1: a, <<: {1: {b: c}}}\n", "x: {'[1]': {a: 1}, 1: {b: 2}}\n",
    "a: {b: &b {c: 1}, <<: {b: &d {c: 2}, e: *b}}\nf: *d\n", "x: {a: 2, <<: !!omap [a: 1]}\n",
    "x: !!omap [a: {b: 1}, a: {c: 2}]\n",
    "? &k [a]\n: 1\nb: *k\n", "a: &a [x]\n? *a\n: 1\n", "x: &x {a: &y [1]}\nz: *y\nw: *x\n", "<<: []\na: 1\n",
    # tags
    "a: !!str 5\nb: !!str\nc: !!str yes\n", "a: ! 5\nb: ! '6'\nc: ! x\nd: ! [1]\ne: ! {f: 1}\n",
    "a: !!int '0x10'\nb: !!int 1_0\n",
    "a: !!float 3\nb: !!float 1.5f\nc: !!float .iNf\nd: !!float ' 2 '\n",
    "a: !!bool maybe\nb: !!bool tRuE\nc: !!bool ''\n",
    "a: !!null x\nb: !!null\n",
    "a: !!binary aGVs\nb: !!binary 'aGVs\n  bG8='\nc: !!binary aGVsbG8\nd: !!binary ''\n",
    "a: !!timestamp 2001-12-14\nb: !!timestamp 2001-12-14t21:59:43.10-05:00\nc: !!timestamp 2001-1-4 1:02:03.9999 +5:30\n",
    "a: !!timestamp 2000-13-31\nb: !!timestamp 2000-00-31 24:60:61 Z\nc: !!timestamp 2024-02-30\n",
    "a: 2001-12-14t21:59:43.10-05:00\n",
    "s: !!set {a, 1, ~: , [b, c], {d: e}}\ne: !!set {}\n", "!!set {a, b}\n", "!!set {}\n",
    "s: !!set\n  ? x\n  ? y\n",
    "o: !!omap [b: 1, a: 2, b: 3, 4: x, ~: y, [c]: z]\ne: !!omap []\n", "!!omap [a: {1: 2}]\n",
    "!!map {a: !!seq [!!str 1]}\n",
    "%TAG !e! tag:yaml.org,2002:\n---\na: !e!int '5'\n", "%TAG ! tag:yaml.org,2002:\n---\na: !float 5\n",
    "a: !<tag:yaml.org,2002:int> 5\n",
    # documents
    "a: 1\n---\nb: 2\n---\n---\n~\n---\nc: 3\n...\n", "---\na: 1\n...\n---\nb: 2\n",
    "--- a\n--- {b: 1}\n--- |\n x\n", "%YAML 1.1\n---\na: 1\n",
    "%YAML 1.2\n---\na: 010\n", "...\n", "---\n", "---\n---\n", "a: 1\n... # end\n# more\n---\nb: 2\n",
    "--- # c\na: 1\n",
    "spring.config.activate.on-profile: dev\na: 1\n---\nspring:\n  config:\n    activate:\n      on-profile: [a, b]\n",
    # texts
    "a: |\n  one\n   two\n\n  three\n\n\nb: |-\n  x\n\nc: |+\n  y\n\n",
    "a: >\n  one\n  two\n\n  three\n   four\n  five\n", "a: >-\n\n  x\n",
    "k: |2\n   a\n", "k: >+\n\n\n x\n\n\n", "k: |-2\n   x\n", "a: b\n c\n\n d\n",
    "a: 'x\n\n  y'\nb: \"x\n  y\\\n  z\"\n", "a: \"\\x41\\u00e9\\U0001F600\\n\\e\\_\\N\\L\\P\\ \\0\"\n",
    "a: \"\\ud83d\\ude00!\\uD83D\\uDE01\"\nb: '\\ud83d\\ude00'\n", "a: a\tb\nb: \"a\tb\"\n",
    "a: x #c\nb: x#c\nc: '#'\nd: # c\n", "a: b # c\r\nd: e\r\n",
    "a: b\rc: d\r", "a: x\u0085b: y\n", "a: x\u2028b: y\n", "a: \ufeffx\n", "\ufeffa: b\n", "\ufeff\ufeffa: b\n",
    "a: \U0001F600 \u00fc\n",
    "a: {cipher}abc\n", "a: '{cipher}abc'\n", "a: ${x:y}\nb: '${x}'\n", "a: @x\n", "a: %x\n", "a: `x\n",
    "a: -\n", "a: ?\n", "a: :\n", "a: a:\n",
    "a: - b\n", "a: [b c, d:e, f : g, h#i, j #k\n]\n", "a: {b c: d, e:f, \"g\":h, i: , j}\n",
    "a: [b,\n\n  c,]\n", "a: [,]\n", "a: {,}\n", "a: [[]]\n",
    "a: |\n  x\n y\n", "a: 1,000\nb: 1e3\nc: 12:30:45\nd: 1_000\ne: 0o17\nf: y\n", "a:  \n  b:   c   \n",
    "a :  b\n", "\"a\":b\n", "{\"a\":b}\n", "{\"a\":1,\"b\":[true,null,\"x\"]}\n",
    # what is refused
    "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "{1: a, 0x1: b}\n", "a: b: c\n", "a:\n\tb: 1\n", "\ta: 1\n",
    "a: [1, 2\n", "a: {b: 1\n", "a: 'b\n", "a: \"b\n", "a: \"\\q\"\n",
    "a: *nope\n", "a: &x [*x]\n", "a: &x {b: *x}\n", "a: &x 1\n---\nb: *x\n", "a: !foo b\n",
    "a: !!java.lang.String b\n", "a: !<!x> b\n", "!!python/object:x {}\n",
    "a: !!int abc\n", "a: !!int 09\n", "a: !!int ''\n", "a: !!float x\n", "a: ._\n", "a: !!timestamp x\n",
    "a: !!binary '*'\n", "a: !!binary aGVsb\n", "a: !!set [b]\n",
    "a: !!omap {b: c}\n", "a: !!omap [b]\n", "a: !!omap [{b: 1, c: 2}]\n", "a: !!seq b\n", "a: !!map b\n",
    "a: !!str [b]\n", "a: <<\n", "- <<\n", "<<: 1\n", "<<: [1]\n", "<<: ~\n",
    "a: -35791394:08\n", "a: \x01\n", "a: \x7f\n", "a: \ufffe\n", "a: 1\n b: 2\n", "  a: 1\n b: 2\n",
    "a:\n  b: 1\n c: 2\n", "- a\nb: c\n", "a: b\n- c\n", "%YAML 2.0\n---\na: 1\n",
    "%TAG ! a\n%TAG ! b\n---\nc: 1\n", "a: !x!y z\n", "a: |0\n x\n", "a: b\n---\nc: [\n", "]\n", "}\n", "a: ]\n",
    "- - - [}\n", "!!set {a, a}\n", "[" * 51 + "]" * 51, "[" * 60 + "]" * 60,
    "[" * 50 + "x" + "]" * 50, "[" * 51 + "x" + "]" * 51,
    # where we differ, see test_scalars.py
    "a:\tb\n", "-\tb\n", "a: &x! 1\n", "%FOO\n---\na: 1\n", "a: [b:, c]\n", "%YAML 1.3\n---\na: 1\n",
    "a: \"\\/\"\n", "a: !!int []\n", "a: !!float 0x1p3\n", "l: [{1: a}]\n",
    "l: [{~: a}]\n", "l: [!!omap [a: b]]\n", "{b: }\n", "?\n", "a: \"\\ud83d\"\n",
    "a: {<?<: b}\n", "? !!timestamp 2001-01-01\n: a\n", "? !!binary YQ==\n: a\n", "a: !!pairs [b: c]\n",
    "a: !!int 0x" + "1" * 2000 + "\n",
)

# Encodings: of the first a BOM tells; the others are no UTF-8.
YAML_BYTES = tuple("a: \u20ac\n".encode(name) for name in ("utf-8-sig", "utf-16")) + (
    b"\xfe\xff" + "a: \u20ac\n".encode("utf-16-be"), b"\xff\xfe", b"\xef\xbb\xbf", b"a: \xff\n", b"a: \xc3\n",
    b"a: \xed\xa0\x80\n", b"a: \xc0\x80\n", b"a: 1\nb: \xe2\x82(\n",
    b"\xff\xfea\0:\0 \0\x00\xd8\n\0", b"a: \xf4\x90\x80\x80\n")

PROPERTIES_LINES = (
    "a=1", "b: 2", "c 3", "# x", "! y", "#---", "!---", "#--- ", "#---\t\f", "# ---", "#----", "#-\\-\\-",
    "\\#k=v", "\\u0023k=v", " #---", "d = e \\\n  f", "g\\ h\\=i=j",
    "k[]=a,b, c", "l[]=a\\,b,", "m[]=", "n[]", "=x", ":y", " z", "o=\\u00fc\\u20AC", "p=\\ud83d\\ude00",
    "q=\\q\\t\\n", "r=\\", "s\\", "\\", "a\\u000ab=c", "t\\u0020=1", "u\\f=2",
    "\\u0001v=3", "w==x", "x::", "y\t=\tz", "\fz=1", "", "  ", "a.b[0]=1", "a[b]=c", "\xfc=\xe9", "k=\\\\",
    "k=a\\\\\n  b", "v=  \\ x", "e=\\u12", "[]=q", "[]", "k\\[]=1,2", "#\\\n---",
    "\\\n#c", "\\\n\\\n x=1", "a=b\\\r\n c", "d\0e=f", "\\:=\\:", "a\\:b:c", "key with spaces", "\\ lead=1",
    "a=\\ ", "a=b\\u0020", "a\\\n  b=c", "spring.config.activate.on-profile=dev")

XML = tuple(DOCTYPE + body for body in (
    "<properties/>", "<properties><comment>c</comment><entry key='a'>1</entry></properties>",
    "<properties><entry key='a'>1</entry><entry key='a'>2</entry></properties>",
    "<properties><entry key='a'>1</entry><comment/></properties>",
    "<properties><entry key=''> x\n</entry></properties>",
    "<properties><entry key='k'><![CDATA[<a>]]>&lt;&#x20ac;<!-- c -->b</entry></properties>",
    "<properties>text</properties>", "<properties version='1.0'><entry key='k' x='y'/></properties>",
    "<properties><entry key=' a&#9;b '>\r\n</entry></properties>",
    "<properties><entry key='k[]'>a,b</entry></properties>",
    "<properties><comment/><comment/></properties>", "<properties><entry>1</entry></properties>",
    "<properties><foo/></properties>", "<properties><properties/></properties>", "<props/>", "<properties>",
    "<properties><entry key='k'>1</entry></properties>junk",
    "<properties><entry key='k'><b/></entry></properties>", "",
    "<properties><entry key='k&a;'>1</entry></properties>",
    # where we differ
    "<properties><entry key='k'>&a;</entry></properties>", "<properties><entry key='k'>]]></entry></properties>",
    "<properties><entry key='k' key='l'/></properties>",
    "<properties><entry key='k'>\U0001F600</entry></properties>",
    "<properties><entry key='zeta'>1</entry><entry key='alpha'>2</entry><entry key='b'>3</entry></properties>",
    "<properties><entry key='a'><entry key='b'>1</entry></entry></properties>")) + (
    "", "<properties/>", "<!DOCTYPE properties><properties/>",
    "<!DOCTYPE properties SYSTEM 'http://x/y.dtd'><properties/>",
    "<!DOCTYPE properties SYSTEM 'http://java.sun.com/dtd/properties.dtd' [<!ENTITY a 'b'>]><properties><entry key='k'>&a;</entry></properties>",
    "<!DOCTYPE properties PUBLIC 'x' 'http://java.sun.com/dtd/properties.dtd'><properties/>",
    "\ufeff" + DOCTYPE + "<properties/>", f"<?xml version='1.0'?>{DOCTYPE}<properties/>",
    f"<?xml version='1.1'?>{DOCTYPE}<properties/>")
XML_BYTES = (f"<?xml version='1.0' encoding='ISO-8859-1'?>{DOCTYPE}<properties><entry key='k'>\xe9</entry></properties>".encode("latin-1"),
             f"{DOCTYPE}<properties><entry key='k'>\u20ac</entry></properties>".encode("utf-16"),
             f"<?xml version='1.0' encoding='windows-1252'?>{DOCTYPE}<properties><entry key='k'>\u20ac</entry></properties>".encode("cp1252"))

FRAGMENTS = tuple(text for text in YAML if text.endswith("\n") and len(text) < 80)


def mutated(dice, text, alphabet):
    """Some characters put in or taken away, some lines moved to the right."""
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2))):
        at, what = dice.randint(0, len(text)), dice.random()
        if what < 0.4:
            text = text[:at] + dice.choice(alphabet) + text[at:]
        elif what < 0.7:
            text = text[:at] + text[at + 1:]
        else:
            lines = text.split("\n")
            line = dice.randrange(len(lines))
            lines[line] = " " * dice.randint(1, 3) + lines[line]
            text = "\n".join(lines)
    return text


def yaml(dice):
    return mutated(dice, "".join(dice.choice(FRAGMENTS) for _ in range(dice.choice((1, 1, 2, 2, 3, 4)))),
                   " \n:-?,[]{}#&*!|>'\"%@`a1\\.=<~").encode("utf-8", "surrogatepass")


def properties(dice):
    return mutated(dice, "".join(dice.choice(PROPERTIES_LINES) + dice.choice(("\n", "\n", "\n", "\r\n", "\r", ""))
                                 for _ in range(dice.randint(1, 6))), "\\#!=:[], \t\n-ux0").encode("latin-1")


def everything(dice, generated):
    """[(ending, bytes)]"""
    return ([("yml", text.encode("utf-8", "surrogatepass")) for text in YAML] + [("yml",
    text) for text in YAML_BYTES]
            + [("properties", line.encode("latin-1") + b"\n") for line in PROPERTIES_LINES]
            + [("xml", text.encode()) for text in XML] + [("xml", text) for text in XML_BYTES]
            + [("yml", yaml(dice)) for _ in range(generated)] + [("properties",
    properties(dice)) for _ in range(generated)])

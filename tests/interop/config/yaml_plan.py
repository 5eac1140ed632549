"""Repositories of YAML: how the originals read it (reference 2.3 and 2.5, cases 37-52)."""

# Each plain scalar is a value, an item and a key once.
SCALARS = """
0 -0 +0 1 +7 -7 00 010 -010 +010 08 09 0o17 0x1F 0xfF -0x1F +0x1f 0x_1 0X1F 0xG 0b101 -0b11 0b2 0b 0x 1_000
1__0 _1 1_ 1,000 12:30 12:30:45 -12:30 +1:00 100:5 1:60 1:59 12:30:60 0:0 01:02 1:2:3:4 1:5.5 190:20:30.15
1e3 1E3 1e+3 1e-3 1.0 1. .5 -.5 +.5 . .. ... 1.10 1.5e3 1.5e+3 1.5E-3 1.e+3 .5e+3 1_0.5 1.5_5 -1.5 +1.5 0.1
0.001 0.0001 0.00012345 1234567.0 12345678.0 123456789.123 1e7 1.0e7 1.0e-5 6.02e+23 1.7976931348623157e+308
1.8e+308 4.9e-324 1e-400 123456789012345678901234567890.0 0.30000000000000004 2.2250738585072014E-308 100.0 1.0e+2
2147483647 2147483648 -2147483648 -2147483649 9223372036854775807 9223372036854775808 -9223372036854775809
123456789012345678901234567890 0x7fffffff 0x80000000 0xFFFFFFFF 0xFFFFFFFFFFFFFFFFF 0777 0777777777777777777777
0b11111111111111111111111111111111 1e2147483648 .inf -.inf +.inf .Inf .INF .iNF .nan .NaN .NAN .Nan -.nan inf nan
Infinity NaN true True TRUE tRUE false False FALSE yes Yes YES yEs no No NO on On ON oN off Off OFF y Y n N t f
~ null Null NULL nULL none None = 2024-01-01 2024-1-1 2024-01-01T10:00:00Z 2024-01-01t10:00:00.5+02:00
2001-12-14 24-01-01 2024-13-45 1.2.3 1.2.3.4 127.0.0.1 v1 1a 1:a a:1 a:b:c http://h:80/p?q=1 C:\\x\\y a#b a'b a"b
-a --a ?a :a ::1 /a/b a,b a]b a}b @a" äöü 日本 😀 1d 1f 1L 0f 1e 1e+ e1 +e1 - -- + ++ -+1 --1 1-1 ² ½ ١٢ １２ 1٠
$a ${a} ${a:b} $ $$ #{a} %a `a` a% a@b (a) <a> a* a& a! a| a> ^ ~a _ __ ; /
""".split()
LEADING = set("#&*!|>'\"%@`")  # these would begin something else


def scalars(of):
    """Implicit types (decision C4), each as it stands."""
    usable = [word for word in SCALARS if word[0] not in LEADING and word not in ("-", "...", "?")]
    of.commit({"{app}.yml": "".join(f"k{n}: {word}\n" for n, word in enumerate(usable))})
    of.read("default")


def scalars_in_lists(of):
    usable = [word for word in SCALARS if word[0] not in LEADING and not set(word) & set(",[]{}")
              and word not in ("-", "...", "?")]
    of.commit({"{app}.yml": "block:\n" + "".join(f"- {word}\n" for word in usable),
               "{app}-flow.yml": "flow: [" + ", ".join(f"{word}" for word in usable if ":" not in word) + "]\n"})
    of.read("default", "flow")


def scalars_as_keys(of):
    """Keys that are no strings stand in brackets, whatever they look like in the end."""
    usable = []
    for word in SCALARS:
        if word[0] not in LEADING | set("-?:") and word not in usable and word not in ("...", "="):
            usable.append(word)
    texts = {}
    for number, word in enumerate(usable):
        texts.setdefault(f"k{number // 40}", []).append(f"x{number}:\n  {word}: v\n")
    of.commit({f"{{app}}-{profile}.yml": "".join(lines) for profile, lines in texts.items()})
    for profile in texts:
        of.read(profile)


def quoted(of):
    """Quoted scalars are always strings; then what a writer makes of them."""
    singles = "".join(f"s{n}: '{word}'\n" for n, word in enumerate(SCALARS) if "'" not in word)
    doubles = "".join(f'd{n}: "{word}"\n' for n, word in enumerate(SCALARS) if '"' not in word and "\\" not in word)
    of.commit({"{app}.yml": singles, "{app}-dev.yml": doubles})
    of.read("default", "dev")


def quoted_keys(of):
    words = list(dict.fromkeys(word for word in SCALARS if not set(word) & set("'.[]")))
    of.commit({"{app}.yml": "m:\n" + "".join(f"  '{word}': {n}\n" for n, word in enumerate(words))})
    of.read("default")


def escapes(of):
    of.each({
        "plain": r'v: "\n \t \r \\ \" \0 \a \b \e \f \v \N \_ \L \P"' + "\n",
        "simple": r'v: "a\nb\tc\\d\"ef"' + "\n", "pair": r'v: "\ud83d\ude00"' + "\n",
        "hex": r'v: "\x41\u00e4\U0001F600\u20ac"' + "\n",
        "fold": 'v: "a\n  b\n\n  c\\\n  d \\\n  e"\n', "blank": 'v: "  a  "\nw: \'  b  \'\n',
        "single": "v: 'it''s'\nw: ''''\nx: 'a\n  b\n\n  c'\n", "bad": 'v: "\\q"\n', "badhex": 'v: "\\xZZ"\n',
        "open": 'v: "abc\n', "after": 'v: "a" b\n'})


def blocks(of):
    of.each({"keep": "v: |+\n  a\n  b\n\nw: 1\n", "clip": "v: |\n  a\n  b\n\nw: 1\n",
        "strip": "v: |-\n  a\n  b\n\nw: 1\n", "folded": "v: >\n  a\n  b\n\n  c\n   d\n  e\n",
        "foldstrip": "v: >-\n  a\n  b\n", "foldkeep": "v: >+\n  a\n\n\nw: 1\n", "indent": "v: |2\n    a\n   b\n  c\n",
        "indent1": "v: |1-\n  a\n b\n", "empty": "v: |\nw: >\nx: |+\n\ny: 1\n",
        "comment": "v: | # text\n  a # b\n  # c\nw: 1\n", "tabs": "v: |\n  a\tb\n  \tc\n",
        "trail": "v: |\n  a  \n  b\t\n", "leading": "v: |\n\n  a\n", "list": "l:\n- |\n  a\n  b\n- >\n  c\n  d\n",
        "nested": "a:\n  b: |\n    x\n     y\n    z\n", "spaces": "v: |2\n   a\n   b\n", "eof": "v: |\n  a",
        "eofkeep": "v: |+\n  a", "long": "v: >\n  " + "word " * 40 + "\n", "unicode": "v: |\n  größe\n  日本\n",
        "quote": "v: |\n  it's \"x\": y\n", "json": 'v: |\n  {"a": [1, 2]}\n', "bad": "v: |\n  a\n b\n",
        "zero": "v: |0\n  a\n", "ten": "v: |10\n  a\n"})


def plains(of):
    of.each({
        "multi": "v: a\n  b\n  c\n\n  d\nw: 1\n", "colon": "v: a:b\nw: a :b\n", "hash": "v: a#b\nw: a #b\n",
        "url": "v: http://h:80/p?q=a&b#c\n", "trailing": "v: a   \nw:   b\t\n", "brace": "v: a{b}c[d]\n",
        "flow": "v: {a: b c, d: e}\n", "colonend": "v: a:\n", "twice": "a: b: c\n", "at": "v: @a\n", "tick": "v: `a`\n",
        "percent": "v: %a\n", "star": "v: *a\n", "amp": "v: &a\n", "bang": "v: !\n", "pipe": "v: |a\n",
        "comma": "v: ,a\n", "bracket": "v: ]a\n", "dash": "v: - a\n", "dashes": "v: --- a\n", "question": "v: ? a\n",
        "quoteend": "v: a'\nw: b\"\n", "tabbed": "a:\n\tb: 1\n", "tabafter": "a: 1\t# c\n",
        "indent": "a:\n   b: 1\n   c:\n    d: 2\n", "bad": "a:\n  b: 1\n c: 2\n", "shallow": "a: 1\n b: 2\n"})


def flows(of):
    of.each({"map": "m: {a: 1, b: {c: 2}, d: [3, {e: 4}]}\n", "seq": "l: [a, [b, [c]], {d: e}]\n",
        "empty": "a: {}\nb: []\n", "trail": "l: [a, b, ]\nm: {a: 1, }\n", "single": "l: [a: b, c: d]\n",
        "json": '{"a": {"b": [1, 2.5, "x", null, true]}, "c": "d"}\n',
        "tight": '{"a":1,"b":[2,3]}\n', "lines": "m: {\n  a: 1,\n  b: [\n    x,\n    y\n  ]\n}\n",
        "quoted": "m: {'a b': \"c\", \"d.e\": 'f'}\n", "colon": "l: [a:b, 'c:d', http://x]\n",
        "nulls": "l: [~, null, '', ]\n", "double": "l: [a, , b]\n", "open": "l: [a, b\n", "close": "l: a]\n",
        "explicit": "m: {? a : b, ? c : d}\n", "multi": "l: [a\n  b, c]\n", "comment": "l: [a, # x\n  b]\n",
        "nest": "l: [[[[[[1]]]]]]\n", "mapkey": "m: {[a, b]: c}\n", "plain": "m: {a: b c d}\n"})


def empties(of):
    """Case 39."""
    of.commit({"{app}.yml": "e: []\nn:\nt: ~\nm: {}\ns: ''\nl: [[], {}, '', ~]\nd:\n  e: {}\n  f: []\n  g:\n",
        "{app}-none.yml": "", "{app}-blank.yml": "\n\n", "{app}-comment.yml": "# only\n", "{app}-map.yml": "{}\n",
        "{app}-null.yml": "~\n", "{app}-dashes.yml": "---\n", "{app}-list.yml": "[]\n"})
    of.read("default", "none", "blank", "comment", "map", "null", "dashes", "list")


def anchors(of):
    """Case 41."""
    of.each({"scalar": "a: &x 1\nb: *x\nc: &y text\nd: [*x, *y]\n", "map": "a: &m {x: 1, y: {z: 2}}\nb: *m\n",
        "list": "a: &l [1, 2]\nb: *l\nc:\n- *l\n- *l\n", "key": "a: &k foo\n*k : bar\n",
        "merge": "a: &m {x: 1, y: 2}\nb:\n  <<: *m\n  y: 3\n", "before": "a: &m {x: 1, y: 2}\nb:\n  y: 3\n  <<: *m\n",
        "last": "a: &m {x: 1, y: 2, z: 4}\nb:\n  q: 0\n  y: 3\n  <<: *m\n  r: 5\n",
        "several": "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  w: 0\n",
        "nested": "a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: *b\n  z: 3\n",
        "inline": "c:\n  <<: {x: 1}\n  y: 2\n", "twice": "a: &a {x: 1}\nb: &b {y: 2}\nc:\n  <<: *a\n  <<: *b\n",
        "scalarmerge": "c:\n  <<: 5\n", "listmerge": "c:\n  <<: [1, 2]\n", "nullmerge": "c:\n  <<:\n  x: 1\n",
        "mergevalue": "c: <<\n", "mergeitem": "c: [<<]\n", "quotedmerge": "c:\n  '<<': {x: 1}\n",
        "again": "a: &x 1\nb: &x 2\nc: *x\n", "unknown": "a: *nobody\n", "forward": "a: *x\nb: &x 1\n",
        "across": "a: &x 1\n---\nb: *x\n", "deep": "a: &m {l: [1, {k: v}]}\nb:\n  <<: *m\n  l: [2]\n",
        "top": "base: &b\n  p: 1\n<<: *b\nq: 2\n", "empty": "a: &e\nb: *e\n", "self": "a: &a [*a]\n",
        "selfmap": "a: &a {b: *a}\n", "odd": "a: &a-b_c.1 1\nb: *a-b_c.1\n",
        "mergelist": "a: &l [x, y]\nc:\n  <<: *l\n", "dotted": "a: &m {x.y: 1}\nb:\n  <<: *m\n  x: {y: 2}\n"})


def duplicates(of):
    """Case 42."""
    of.each({"top": "a: 1\na: 2\n", "nested": "m:\n  a: 1\n  a: 2\n", "types": "1: a\n'1': b\n",
        "same": "1: a\n0x1: b\n", "dotted": "a.b: 1\na:\n  b: 2\n", "dottedafter": "a:\n  b: 1\na.b: 2\n",
        "list": "l: [{a: 1}, {a: 2}]\n", "flow": "m: {a: 1, a: 2}\n", "documents": "a: 1\n---\na: 2\n",
        "case": "a: 1\nA: 2\n", "relaxed": "my-key: 1\nmyKey: 2\nMY_KEY: 3\n", "brackets": "l: [1, 2]\n'l[0]': 3\n"})


def keys(of):
    """Case 51."""
    of.each({"dots": "a.b.c: 1\na: {d.e: 2}\n", "bracket": "m:\n  '[a.b]': 1\n  '[c]d': 2\n  e: {'[f.g]': {h: 3}}\n",
        "int": "m: {1: x, 2: {3: y}}\n", "bool": "m: {true: x, no: y}\n", "float": "m: {1.5: x, 1e3: y}\n",
        "null": "m: {~: x}\n", "topnull": "~: x\n", "topint": "1: x\n", "topbool": "yes: x\n",
        "date": "m: {2024-01-01: x}\n", "empty": "m: {'': x}\n", "topempty": "'': x\n",
        "blank": "m: {' ': x, 'a b': y}\n", "unicode": "größe: {日本: 1}\n", "explicit": "? a\n: 1\n? b\n: - c\n",
        "complex": "? [a, b]\n: 1\n", "mapkey": "? {a: b}\n: 1\n", "slash": "m: {a/b: 1, 'c:d': 2}\n",
        "quotes": "m: {\"a'b\": 1, 'c\"d': 2}\n", "long": f"{'k' * 1030}: 1\n", "longish": f"{'k' * 1000}: 1\n",
        "dash": "-a: 1\nb-: 2\n", "star": "m: {'*': 1}\n", "leaddot": "m: {.a: 1}\n", "traildot": "m: {a.: 1}\n",
        "twodots": "m: {a..b: 1}\n", "idx": "m: {'a[0]': x, 'a[1]': y}\n", "idxtop": "'a[0].b': 1\n'a[0].c': 2\n",
        "bare": "a\n", "barelist": "- c\n- d\n", "baremap": "- a: 1\n- b: 2\n", "barenum": "5\n",
        "document": "document: x\n", "documentlist": "document: [x, y]\n", "documentmore": "document: x\nb: 1\n"})


def tags(of):
    of.each({"str": "a: !!str 5\nb: !!str true\nc: !!str\nd: !!str ~\n", "int": "a: !!int '5'\nb: !!int 0x10\n",
        "badint": "a: !!int x\n", "float": "a: !!float 3\nb: !!float '1.50'\n", "badfloat": "a: !!float x\n",
        "bool": "a: !!bool 'yes'\n", "badbool": "a: !!bool x\n", "null": "a: !!null ''\nb: !!null x\n",
        "set": "a: !!set {x, y}\n",
        "omap": "a: !!omap [x: 1, y: 2]\n", "map": "a: !!map {x: 1}\n",
        "seq": "a: !!seq [1]\n", "seqmap": "a: !!seq {x: 1}\n", "local": "a: !foo 1\n", "bang": "a: ! 5\n",
        "java": "a: !!java.util.Date x\n",
        "script": "a: !!javax.script.ScriptEngineManager [!!java.net.URL ['http://x']]\n",
        "verbatim": "a: !<tag:yaml.org,2002:str> 5\n", "handle": "%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 5\n",
        "unknown": "a: !e!str 5\n", "keytag": "!!str 1: a\n", "mapstr": "m: !!str {a: 1}\n"})


def documents(of):
    """Case 44."""
    of.each({"two": "a: 1\n---\nb: 2\n", "three": "---\na: 1\n---\nb: 2\n---\nc: 3\n",
        "same": "a: 1\nb: 1\n---\na: 2\n", "dots": "a: 1\n...\n---\nb: 2\n", "end": "a: 1\n...\n",
        "comment": "--- # first\na: 1\n--- # second\nb: 2\n", "empty": "---\n---\na: 1\n---\n\n---\nb: 2\n",
        "nulls": "a: 1\n---\n~\n---\nb: 2\n", "emptymap": "a: 1\n---\n{}\n---\nb: 2\n",
        "inline": "--- {a: 1}\n--- {b: 2}\n", "scalar": "a: 1\n---\ntext\n", "list": "a: 1\n---\n- x\n- y\n",
        "directive": "%YAML 1.1\n---\na: 010\n", "directive2": "%YAML 1.2\n---\na: 010\n",
        "directive3": "%YAML 2.0\n---\na: 1\n", "indented": "a: |\n  ---\n  x\nb: 1\n",
        "quoted": "a: '---'\n---\nb: 2\n", "nospace": "a: 1\n---b: 2\n", "trailing": "a: 1\n---   \nb: 2\n",
        "dotsonly": "...\n", "broken": "a: 1\n---\nb: [\n", "brokenfirst": "a: [\n---\nb: 1\n",
        "long": "".join(f"---\nk{n}: {n}\n" for n in range(30))})


ACTIVATE = "spring.config.activate.on-profile"


def activation(of):
    """Case 45."""
    expressions = ["dev", "'!dev'", "dev & a", "a | dev", "'!dev & !a'", "(dev | a) & b", "'dev, a'", "[dev, a]",
        "['!dev', b]", "default", "'!default'", "''", "'dev | !b'", "'!(dev | a)'", "'((dev))'", "'*'", "d*",
        "'dev '", "DEV"]
    of.commit({"application.yml": "".join(f"---\n{ACTIVATE}: {word}\nx{n}: 1\n" for n, word in enumerate(expressions))})
    of.read("default", "dev", "a,b", "dev,a", "b", "a,dev,b")


def activation_forms(of):
    of.each({"nested": "spring:\n  config:\n    activate:\n      on-profile: nested\na: 1\n",
        "camel": "spring.config.activate.onProfile: camel\na: 1\n",
        "upper": "SPRING_CONFIG_ACTIVATE_ON_PROFILE: nobody\na: 1\n",
        "mixed": "a: 1\n---\nspring:\n  config.activate.on-profile: mixed\nb: 2\n",
        "indexed":
        "'spring.config.activate.on-profile[0]': indexed\n'spring.config.activate.on-profile[1]': x\na: 1\n",
        "badmix": f"{ACTIVATE}: 'a & b | c'\na: 1\n", "number": f"{ACTIVATE}: 5\na: 1\n",
        "bool": f"{ACTIVATE}: true\na: 1\n", "null": f"{ACTIVATE}:\na: 1\n", "emptylist": f"{ACTIVATE}: []\na: 1\n",
        "cloud": "spring.config.activate.on-cloud-platform: kubernetes\na: 1\n",
        "cloudnone": "spring.config.activate.on-cloud-platform: none\na: 1\n",
        "both": f"{ACTIVATE}: both\nspring.config.activate.on-cloud-platform: none\na: 1\n"})


def legacy(of):
    """Case 46; ours reads it as before Boot 2.4."""
    of.about = "`spring.profiles` in a document is an error"
    of.each({"key": "a: 1\n---\nspring.profiles: key\nb: 2\n", "list": "spring:\n  profiles: [list]\na: 1\n",
        "not": "spring.profiles: other\na: 1\n"})


def includes(of):
    """Case 49."""
    of.commit({"application.yml": "spring.profiles.include: [extra]\nbase: 1\n", "{app}-extra.yml": "e: 1\n",
        "application-extra.yml": "f: 2\n", "{app}-dev.yml": "d: 3\n", "{app}.yml": "g: 4\n",
        "{app}-two.yml": "t: 5\n"})
    of.read("default", "dev", "dev,two", "extra", "two,extra", "default,dev", "dev,default")


def include_forms(of):
    of.commit({"{app}.yml": "spring:\n  profiles:\n    include: one, two\n", "{app}-one.yml": "o: 1\n",
        "{app}-two.yml": "t: 2\n", "{app}-dev.yml": "d: 3\n"})
    of.read("dev")
    of.commit({"{app}-bad.yml": "spring.profiles.include: one\na: 1\n",
        "{app}-act.yml": "spring.profiles.active: one\na: 1\n",
        "{app}-def.yml": "spring.profiles.default: one\na: 1\n",
        "{app}-grp.yml": "spring.profiles.group.dev: one\na: 1\n",
        "{app}-doc.yml": f"{ACTIVATE}: doc\nspring.profiles.include: one\n"})
    of.read("bad", "act", "def", "grp", "doc")


def active_key(of):
    of.commit({"{app}.yml": "spring.profiles.active: other\na: 1\n", "{app}-other.yml": "o: 1\n",
        "{app}-dev.yml": "d: 1\n"})
    of.read("default", "dev")


def groups(of):
    of.commit({"application.yml": "spring:\n  profiles:\n    group:\n      prod: db, web\n      web: [tls]\n",
        "{app}-db.yml": "db: 1\n", "{app}-web.yml": "web: 2\n", "{app}-tls.yml": "tls: 3\n",
        "{app}-prod.yml": "prod: 4\n", "{app}-x.yml": "x: 5\n"})
    of.read("default", "prod", "prod,x", "x,prod", "web", "web,prod")


def imports(of):
    of.commit({"{app}.yml": "spring.config.import: other.yml\na: 1\n", "other.yml": "b: 2\n",
        "{app}-gone.yml": "spring.config.import: nowhere.yml\nc: 1\n",
        "{app}-out.yml": "spring.config.import: 'file:/etc/hostname'\nd: 1\n",
        "{app}-opt.yml": "spring.config.import: 'optional:file:./nowhere.yml'\ne: 1\n",
        "{app}-list.yml": "spring.config.import: [one.yml, two.properties]\nx: 0\n", "one.yml": "x: 1\none: 1\n",
        "two.properties": "x=2\ntwo=2\n", "{app}-chain.yml": "spring.config.import: chain.yml\ny: 0\n",
        "chain.yml": "spring.config.import: one.yml\ny: 1\n", "{app}-sub.yml": "spring.config.import: sub/a.yml\n",
        "sub/a.yml": "spring.config.import: b.yml\nz: 1\n", "sub/b.yml": "z: 2\n", "b.yml": "z: 3\n"})
    of.read("default", "gone", "opt", "list", "chain", "sub")
    of.about = "an import of what is outside"
    of.read("out")


def encodings(of):
    """Case 52, and whatever editors leave behind."""
    text = "a: größe\nb: 1\n"
    of.commit({"{app}-bom.yml": b"\xef\xbb\xbf" + text.encode(),
        "{app}-le.yml": b"\xff\xfe" + text.encode("utf-16-le"),
        "{app}-be.yml": b"\xfe\xff" + text.encode("utf-16-be"),
        "{app}-crlf.yml": "a: 1\r\nb:\r\n- x\r\n- |\r\n  y\r\n  z\r\n", "{app}-cr.yml": "a: 1\rb: 2\r",
        "{app}-latin.yml": "a: größe\n".encode("latin-1"), "{app}-nul.yml": b"a: x\0y\n",
        "{app}-bell.yml": b"a: x\x07y\n", "{app}-del.yml": b"a: x\x7fy\n",
        "{app}-c1.yml": "a: x\x85y\nb: x\u2028y\nc: x\u00a0y\n", "{app}-nobreak.yml": "a: 1",
        "{app}-astral.yml": "a: 😀\n😀: b\n", "{app}-fffe.yml": "a: x\ufffey\n", "{app}-bommid.yml": "a: x\ufeffy\n",
        "{app}-combining.yml": "a: e\u0301\n",
        "{app}-rtl.yml": "a: עברית\n", "{app}-zwj.yml": "a: 👨‍👩‍👧\n"})
    of.read("bom", "le", "be", "crlf", "cr", "latin", "nul", "bell", "del", "c1", "nobreak", "astral", "fffe",
        "bommid", "combining", "rtl", "zwj")


def broken(of):
    """Case 43: what reads such a file is an error, what does not is none."""
    of.each({"tab": "a:\n\tb: 1\n", "colon": "a: b: c\n", "brace": "a: {b\n", "quote": "a: 'b\n",
        "mix": "a: 1\n- b\n", "mixlist": "- a\nb: 1\n", "anchor": "a: & b\n", "alias": "a: * b\n", "star": "a: *\n",
        "percent": "% a\n", "at": "@a: 1\n", "text": "just\ntext: here\n",
        "key": "a\nb: 1\n", "nokey": ": 1\n", "binary": b"\x80\x81\x82", "deep": "a: " + "[" * 60 + "]" * 60 + "\n",
        "shell": "#!/bin/sh\necho: hi\n"})
    of.commit({"{app}-well.yml": "a: 1\n"})
    of.read("well", "well,tab", "tab,well")


def comments(of):
    of.commit({"{app}.yml":
        "# head\na: 1 # one\n#b: 2\nc: # none\n  # inside\n  d: '#x' # y\ne: a#b\nf: [1, # two\n 2]\n\n# end\n"})
    of.read("default")


def nesting(of):
    """Cases 37, 38."""
    deep = "".join("  " * n + f"k{n}:\n" for n in range(20)) + "  " * 20 + "v: 1\n"
    of.commit({"{app}.yml":
        "a: {b: {c: d}}\nl: [x, {k: v}, [1, 2]]\nm:\n- n:\n  - o: 1\n    p: 2\n  - q\n-\n  - r\n- - s\n  - - t\n",
        "{app}-deep.yml": deep, "{app}-indent.yml": "l:\n  - a\n  - b:\n      c: 1\nm:\n- d\n"})
    of.read("default", "deep", "indent")


def sample(of):
    """What a repository of a real project looks like."""
    of.commit({"application.yml":
        "management:\n  endpoints:\n    web:\n      exposure:\n        include: '*'\nlogging:\n  level:\n    "
        "root: INFO\n    org.springframework: WARN\n"
        "    org.springframework.cloud: DEBUG\n    '[com.example]': ERROR\n",
        "{app}.yml":
        "server:\n  port: 8080\nspring:\n  datasource:\n    url: jdbc:postgresql://db:5432/app?ssl=true&x=y\n"
        "    username: app\n    password: 's3cr3t:#1'\n  jpa:\n    properties:\n      hibernate.dialect: "
        "org.hibernate.dialect.PostgreSQLDialect\nfeature:\n  enabled: yes\n  hosts: [a.example, b.example]\n"
        "  timeout: 10s\n  ratio: 0.75\n  cron: '0 0 * * * *'\n  pattern: \"%d{HH:mm} [%t] %-5p - %m%n\"\n",
        "{app}-dev.yml": "server.port: 9090\nfeature:\n  hosts: [localhost]\n  enabled: no\n",
        "{app}-prod.properties": "server.port=80\nfeature.hosts=x,y\nfeature.timeout=20s\n",
        "application-prod.yml": "logging:\n  level:\n    root: WARN\n"})
    of.read("default", "dev", "prod", "dev,prod", "prod,dev")


def divided(of):
    """What one of them refuses and the other takes, or reads otherwise; each is about a line of the documentation."""
    for about, texts in (
            ("a tab behind `:` or `-`, `\\/` in double quotes", {"slash": r'v: "a\/b"' + "\n", "tab": "v:\ta\n"}),
            ("anchors of any characters, any `%NAME`", {
                "anchor": "a: &ä 1\nb: *ä\n", "directive": "%FOO\n---\na: 1\n",
                "bom": "a: 1\n---\n\ufeffb: 2\n"}),
            ("the place of a value that is not there", {"empty": "m: {a, b: , c: ~}\n"}),
            ("`!!binary` and `!!timestamp` are Java's objects in the flat formats", {
                "binary": "a: !!binary aGVsbG8=\n", "time": "a: !!timestamp 2024-01-01\n"}),
            ("a tag on a list that is empty or only merged is not looked at; `!!pairs`",
             {"pairs": "a: !!pairs [x: 1, x: 2]\n"}),
            ("a profile expression with something missing", {
                "paren": f"{ACTIVATE}: '(a'\na: 1\n", "operator": f"{ACTIVATE}: 'a &'\na: 1\n"}),
            ("a placeholder in a document's condition is resolved", {
                "condition": f"p: condition\n{ACTIVATE}: ${{p}}\na: 1\n"})):
        of.about = about
        of.each(texts)


PLAN = (scalars, scalars_in_lists, scalars_as_keys, quoted, quoted_keys, escapes, blocks, plains, flows, empties,
    anchors, duplicates, keys, tags, documents, activation, activation_forms, legacy, includes, include_forms,
    active_key, groups, imports, encodings, broken, comments, nesting, divided, sample)

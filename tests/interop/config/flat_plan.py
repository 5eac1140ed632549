"""Repositories for the flat formats: nesting, lists, placeholders, and what a YAML writer quotes (2.8, cases 53-66)."""
from yaml_plan import SCALARS


def shapes(of):
    """Cases 53-59."""
    of.each({"tree": "a.b.c=d\n", "compound": "org.x=WARN\norg.x.y=ERROR\n", "compounddeep": "org.x=W\norg.x.y.z=E\n",
        "reversed": "org.x.y=ERROR\norg.x=WARN\n", "brackets": "a.b[hello]=1\na.b[world]d=2\n",
        "bracketdot": "a.b[world].d=1\n", "sparse": "a.b[2]=z\n", "unordered": "a[1]=y\na[0]=x\n",
        "nested": "a[0].b=1\na[0].c=2\na[1].b=3\n", "lists": "a[0][0]=1\na[0][1]=2\na[1][0]=3\n",
        "listmap": "a[0]=x\na.b=y\n", "maplist": "a.b=y\na[0]=x\n", "scalarlist": "a=x\na[0]=y\n",
        "listscalar": "a[0]=y\na=x\n", "mixed": "a[0]=x\na[0].b=y\n", "mixedlist": "a[0].b=y\na[0]=x\n",
        "ten": "".join(f"a[{n}]={n}\n" for n in range(12)), "leading0": "a[01]=x\n", "negative": "a[-1]=x\n",
        "plus": "a[+1]=x\n", "open": "a[0=x\n", "close": "a0]=x\n", "emptyindex": "a[ ]=x\n", "after": "a[0]b=x\n",
        "dotindex": "a.[0]=x\n", "dots": "a..b=x\n", "leaddot": ".a=x\n", "traildot": "a.=x\n", "dot": ".=x\n",
        "topindex": "[0]=x\n", "toptext": "[a]=x\n", "deep": ".".join("abcdefghij") + "=1\n",
        "numbers": "a.1=x\na.2=y\n", "numberkey": "1.2=x\n", "words": "true.null=x\nyes=y\n", "quoted": "a.'b.c'=x\n",
        "blank": "a.b\\ c=x\n", "three": "a=1\na.b=2\na.b.c=3\n", "threerev": "a.b.c=3\na.b=2\na=1\n",
        "sibling": "a.b=1\na.b.c=2\na.b.d=3\na.e=4\n", "listdeep": "a[0].b[1].c[0]=x\n", "double": "a[[0]]=x\n",
        "two": "a[0].[1]=x\n", "inner": "a.b[0].c.d[0]=x\n", "case": "a.B=1\na.b=2\n",
        "dash": "my-key.other_key=1\n"}, "properties")


def layers(of):
    """Case 56: an indexed key hides the whole list of lower sources, and plain keys keep their first place."""
    of.commit({
        "application.yml": "l: [a, b, c]\nm: {x: 1, y: 2}\nn: 1\nq: [[1, 2], [3]]\no:\n- p: 1\n  q: 2\n- p: 3\n",
        "{app}.yml": "n: 2\nl: [d, e]\nm: {y: 3, z: 4}\nq: [[9]]\n", "{app}-dev.yml": "z: 0\no:\n- q: 7\n",
        "{app}-one.properties": "l[0]=only\n", "{app}-plain.yml": "l: text\n", "{app}-sub.properties": "l[0].x=1\n",
        "{app}-empty.yml": "l: []\no: {}\n", "{app}-null.yml": "l:\nn: ~\n", "{app}-gap.properties": "l[2]=z\n"})
    of.read("default", "dev", "one", "plain", "sub", "empty", "null", "gap", "dev,one", "one,dev")


def scalars(of):
    """Case 66: what must be quoted so that it reads back the same, as text, key, item, and in each block."""
    words = [*SCALARS, "", " ", "  a", "a  ", "a b", "a: b", "a :b", "a #b", "#a", ": a", "- a", "-", "?", "? a",
        "!a", "&a", "*a", "|", "|a", ">", ">a", "%a", "@a", "`a", "'", "\"", "'a'", '"a"', "a'b", "{", "}", "[", "]",
        ",", "{a}", "[a]", "a{", "a}", "a[", "a]", "a,b", ", a", "...", "---", "--- a", "a ---", "\\", "a\\nb", "a:",
        ":", "::", "=", "<<", "~", "!", "a!", "x" * 79, "x" * 80, "x" * 81, "x" * 200, "\u00a0", "\u200b", "é" * 50,
        "💥", "a\u2028b", "\x7f", "\x80", "\x85", "\ufeff", "\ufffd", "\ue000"]
    words = list(dict.fromkeys(words))
    of.commit({
        "{app}.properties": "".join(f"v{n}={escaped(word)}\n" for n, word in enumerate(words)),
        "{app}-items.properties": "".join(f"l[{n}]={escaped(word)}\n" for n, word in enumerate(words)),
        "{app}-keys.properties": "".join(f"m.k{n}.{escaped(word)}={n}\n" for n, word in enumerate(words)
                                         if word and not set(word) & set(".[]"))})
    of.read("default", "items", "keys")


def escaped(word):
    """A key or value of .properties that reads as the word."""
    plain = {" ": "\\ ", "=": "\\=", ":": "\\:", "#": "\\#", "!": "\\!", "\\": "\\\\"}
    return "".join(plain.get(letter) or (letter if " " < letter < "\x7f" else "".join(
        f"\\u{unit:04x}" for unit in units(letter))) for letter in word)


def units(letter):
    data = letter.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[at:at + 2], "big") for at in range(0, len(data), 2)]


def long_lines(of):
    """Folding at 80 columns, in each style and depth."""
    word = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt"
    texts = [word, word + " " + word, "x" * 100 + " y", "a " * 60 + "end", "a  b" * 30, word + "  " + word,
        "'" + word + "' and", "- " + word, word + ":", "größe " * 20, word + " #x", "http://h/" + "p/" * 60,
        "1 " + word, word.replace(" ", ", "), " " + word, word + " ", "a" * 76 + " b c", "a" * 77 + " b c",
        "a" * 78 + " b c", "a" * 74 + " b c d", "é" * 76 + " b c d", "日本 " * 40, "\\" + word, "\"" + word + "\" x",
        "{" + word, "true " + word]
    of.commit({
        "{app}.properties": "".join(f"v{n}={escaped(text)}\n" for n, text in enumerate(texts)),
        "{app}-deep.properties": "".join(f"a.b.c.d.v{n}={escaped(text)}\n" for n, text in enumerate(texts)),
        "{app}-items.properties": "".join(f"a.l[{n}]={escaped(text)}\n" for n, text in enumerate(texts)),
        "{app}-key.properties": f"{escaped(word.replace('.', ''))}=1\n{'k' * 130}=2\n{escaped('k ' * 70)}=3\n"})
    of.read("default", "deep", "items", "key")


def breaks(of):
    """Values of several lines, and with blanks, tabs and control characters."""
    texts = ["a\nb", "a\nb\n", "a\n\nb\n\n", "\na", "\n", "\n\n", " a\nb", "a \nb", "a\n b\n", "a\tb", "\ta", "a\t",
        "a\r\nb", "a\rb", "a\n\tb", "a: b\nc: d\n", "# a\nb", "- a\n- b\n", "'a\nb'", "a\x07b", "a\x1bb", "a\x00b",
        "größe\n日本\n", "a" * 90 + "\nb", ("word " * 30 + "\n") * 2, "a\nb ", "a\n ", " \n", "\t\n", "a\u2028b\nc",
        "a\x85b", "x\n\n\n\ny", "  \n  a\n", "😀\n😀", "---\na: 1\n", "...\n", "a\n---\nb"]
    of.commit({
        "{app}.properties": "".join(f"v{n}={escaped(text)}\n" for n, text in enumerate(texts)),
        "{app}-items.properties": "".join(f"l[{n}].t={escaped(text)}\n" for n, text in enumerate(texts)),
        "{app}-block.yml": "a: |\n  x\n  y\nb: >\n  x\n  y\nc: |-\n  x\n\n  y\nd: |+\n  x\n\n\ne: \"a\\nb\\tc\"\n"})
    of.read("default", "items", "block")


def numbers(of):
    """Numbers keep their type; Java spells them."""
    of.commit({"{app}.yml":
        "i: 8080\nneg: -1\nbig: 123456789012345678901234567890\nf: 1.10\ne: 1.5e+3\ns: 1.0e-10\nl: 1.0e+30\nz: "
        "0.0\nn: -0.0\ninf: .inf\nnan: .nan\nb: true\no: 010\nt: 12:30\nx: [1, 2.5, yes, ~]\n"})
    of.read("default")


def json_text(of):
    of.commit({
        "{app}.properties": "".join(f"v{n}={escaped(text)}\n" for n, text in enumerate(["\"", "\\", "/",
        "</script>", "\b\f\n\r\t", "\x00\x01\x1f", "\x7f\x80\x9f", "ü", "\u2028\u2029", "😀", "\ufeff", "\uffff",
        "a'b", "<>&="]))})
    of.read("default")


def empty(of):
    """Cases 10 and 64."""
    of.commit({"README.md": "nothing\n"})
    of.read("default", "dev", "a,b")


def bare(of):
    """Case 50: the key `document` alone is printed bare."""
    of.each({"list": "- c\n- d\n", "scalar": "blah\n", "number": "5\n", "maps": "- a: 1\n  b: 2\n- c: 3\n",
        "text": "|\n  a\n  b\n", "quoted": "'5'\n", "nested": "- [a, [b]]\n- {c: d}\n", "empty": "- ''\n- ~\n"})
    of.commit({"{app}-more.yml": "a: 1\n"})
    of.read("list,more")


PLACEHOLDERS = {
    "plain": "${foo}", "unknown": "${nope}", "default": "${nope:dflt}", "empty": "${nope:}", "nested": "${nope:${foo}}",
    "around": "pre${foo}post${foo}", "inner": "${f${x}}", "innerknown": "${f${x}:d}", "escaped": "\\${foo}",
    "escapedtwice": "\\\\${foo}", "machine": "${HOME} ${java.version} ${user.dir:none}", "number": "${port}",
    "url": "http://h:${port}/", "blankdefault": "${ nope : x }", "colons": "${nope:a:b}",
    "nothing": "${}", "open": "${foo", "dollar": "$foo $ $$", "hash": "#{foo}", "brace": "{foo}", "item": "${l[0]}",
    "missing": "${l[5]:none}", "bool": "${bool}", "nullvalue": "${null}", "deep": "${nope:${nope2:${foo}}}",
    "withcolon": "${a:b}", "chain": "${c}", "lines": "${multi}", "map": "${map}", "mapkey": "${map.s}",
    "tail": "${foo}}", "quotes": "${foo}'\"", "yamlish": "${nope:- a: b}", "digits": "${nope:5}",
    "nulls": "${nope:null}", "half": "${foo} ${nope} ${bar:${nope}}", "dash": "${my-key}", "relaxed": "${myKey:none}",
    "twice": "${foo}${foo}"}


def placeholders(of):
    """Case 62: each in a source of its own."""
    of.commit({"{app}.yml": "foo: bar\nx: oo\nport: 8080\nl: ['${foo}']\nbool: true\nnull: ~\n'a:b': hit\nc: ${foo}\n"
                            "multi: \"x\\ny\"\nmap: {s: 1}\nmy-key: dashed\n"})
    of.each({name: "v: '" + text.replace("'", "''") + "'\n" for name, text in PLACEHOLDERS.items()})
    for name in ("escaped", "nested", "lines"):
        of.read_unresolved(name)
    for word in ("true", "false", "on", "off", "yes", "no", "1", "0", "TRUE", "False", "maybe", ""):
        of.ask(f"/{{app}}-plain.yml?resolvePlaceholders={word}")
    of.ask("/{app}-plain.yml?resolveplaceholders=false", "/{app}-plain.yml?x=y",
        "/{app}-plain.json?resolvePlaceholders=false&resolvePlaceholders=true",
        "/{app}-plain.yml?resolvePlaceholders")
    of.about = "`a: ${b}` where `b` has a placeholder that nobody knows"
    of.each({"unknownbelow": "u: ${nope}\nv: ${u}\n"})
    of.about = "`\\${x}` in a value that another value brings in"
    of.each({"escapedbelow": "u: \\${foo}\nv: ${u}\n"})
    of.about = "`${ key }` is not resolved in properties and files"
    of.each({"blank": "v: ${ foo }\n"})
    of.about = "a circular placeholder in a file"
    of.commit({"{app}-cycle.yml": "y: ${z}\nz: ${y}\n", "t.txt": "${y}\n"})
    of.ask("/{app}/cycle/main/t.txt")
    of.about = "`/foo-.yml` has an empty profile, `/,/dev` no name"
    of.ask("/{app}-.yml")


def cycles(of):
    """Case 65."""
    of.each({"two": "a: ${b}\nb: ${a}\n", "self": "a: ${a}\n", "three": "a: ${b}\nb: ${c}\nc: ${a}\n",
        "default": "a: ${b:${a}}\n", "selfdefault": "a: ${a:x}\n", "inner": "a: ${${a}}\n",
        "unused": "a: ${b}\nb: c\n", "list": "l: ['${l[0]}']\n",
        "deep": "".join(f"k{n}: ${{k{n + 1}}}\n" for n in range(60)) + "k60: end\n",
        "wide": "a: x\nb: ${a}${a}\nc: ${b}${b}\nd: ${c}${c}\n"})
    of.ask("/{app}-two.yml?resolvePlaceholders=false")


def placeholders_across(of):
    """Looked up in all sources, the strongest first; in .properties in keys too."""
    of.commit({"application.yml": "who: world\ngreeting: hello ${who}\nl: [a]\n", "{app}.yml": "who: app\n",
        "{app}-dev.yml": "who: ${dev.name}\ndev.name: dev\n'k.${who}': 1\nuse: ${l[0]} ${l[1]:none}\n",
        "{app}-props.properties": "x=${who}\\n${greeting}\ny=\\\\${who}\nz=\\${who}\n"})
    of.read("default", "dev", "props")
    of.read_unresolved("dev")


def multiline(of):
    """Case 63."""
    of.commit({"{app}.yml":
        "cert: |\n  -----BEGIN-----\n  abc==\n  -----END-----\nuse: ${cert}\nquoted: \"a: '${cert}'\"\nq: 'say "
        "\"hi\"'\nr: ${q}\nbs: 'C:\\x'\ns: ${bs}\n"})
    of.read("default")


def names(of):
    """Case 61: where a flat path is divided, and what never is one."""
    of.commit({"{app}.yml": "a: 1\n", "{app}-dev.yml": "d: 1\n", "{app}-x.y.yml": "v: 1\n"})
    of.ask("/{app}.yml", "/{app}.properties", "/{app}.json", "/{app}/default.yml", "/{app}/dev.yml",
        "/{app}/dev.json", "/{app}/dev.ymlx", "/{app}/dev.properties", "/{app}/dev.xml", "/{app}-dev.yaml",
        "/{app}-dev.YML", "/{app}-dev.txt", "/{app}-dev.xml", "/{app}-x.y.yml", "/{app}-x.y.json",
        "/{app}-dev.yml.yml", "/{app}-dev.json.yml", "/{app}-dev,default.yml", "/{app}-default,dev.properties",
        "/.yml", "/{app}-dev.yml/", "/{app}", "/{app}/", "/", "/{app}/dev/", "//{app}/dev",
        "/{app}//dev", "/{app}-dev.", "/{app}-dev", "/{app}-d%65v.yml", "/{app}%2Ddev.yml", "/{app}/d%65v",
        "/{app}/dev?x=y", "/{app}/dev;a=b", "/{app};a=b/dev", "/{app}-dev.yml;a=b")


PLAN = (shapes, layers, scalars, long_lines, breaks, numbers, json_text, empty, bare, placeholders, cycles,
    placeholders_across, multiline, names)

"""Repositories of .properties and .xml: how Java reads them (reference 2.6, cases 47 and 48)."""


def escapes(of):
    """Case 48."""
    of.each({"latin": "u=ü\nv=日本\n".encode(), "unicode": "u=\\u00fc\nv=\\u65e5\\u672c\nw=\\ud83d\\ude00\n",
        "upper": "u=\\u00FC\n", "badshort": "u=\\u00f\n", "badhex": "u=\\u00gg\n", "bigu": "u=\\U00fc\n",
        "control": "t=a\\tb\\nc\\rd\\fe\n", "other": "o=\\a\\b\\\\\\:\\=\\#\\!\\ \\x\n", "end": "e=a\\",
        "endline": "e=a\\\n", "keyesc": "a\\ b=1\na\\=b=2\na\\:b=3\nk\\u00fc=5\n",
        "nul": b"a=x\0y\n"}, "properties")


def lines(of):
    of.each({"continue": "a = b \\\n    c\\\nd\n", "continuekey": "a\\\n  b=1\n",
        "comment": "# x\n! y\n  # z\na=1 # no\n#b=2\\\nc=3\n",
        "delims": "a=1\nb:2\nc 3\nd = 4\ne : 5\nf   6\ng\t7\nh==8\ni: =9\nj = : 10\n",
        "none": "a\nb=\nc:\nd \n=x\n:y\n", "blank": "\n  \n\t\na=1\n\n", "trail": "a=1  \nb=2\t\n  c=3\n",
        "crlf": "a=1\r\nb=2\\\r\n  3\r\n", "cr": "a=1\rb=2\r", "formfeed": "a=1\f\nb=\f2\n", "last": "a=1",
        "dup": "a=1\nb=2\na=3\n", "even": "a=b\\\\\nc=1\n", "odd": "a=b\\\\\\\nc=1\n", "empty": "",
        "onlycomment": "# x\n", "bom": b"\xef\xbb\xbfa=1\n", "quotes": "a=\"x\"\nb='y'\n",
        "long": "a=" + "x" * 3000 + "\n", "longkey": "k" * 2000 + "=1\n", "continueblank": "a=1\\\n\nb=2\n",
        "continuecomment": "a=1\\\n# b\nc=3\n", "nl": "a=x\x85y\n".encode("latin-1"),
        "nbsp": "a=\xa0x\n\xa0b=1\n".encode("latin-1")}, "properties")


def lists(of):
    """`k[]`, indexed keys, and their overriding."""
    of.each({"empty": "k[]=a,b\n", "blanks": "k[]=a, b ,,c\n", "none": "k[]=\n", "index": "k[0]=a\nk[1]=b\n",
        "order": "k[1]=b\nk[0]=a\n", "gap": "k[2]=z\n", "nested": "a.b[0].c[1]=x\n", "both": "k=a,b\nk[0]=c\n",
        "map": "m[x]=1\nm[y.z]=2\n", "escaped": "k[]=a\\,b,c\n", "deep": "k[][0]=a\n", "inner": "a[].b=1\n",
        "twice": "k[]=a\nk[]=b\n", "two": "a[0][1]=x\na[0][0]=y\n"}, "properties")


def documents(of):
    """Case 47."""
    on = "spring.config.activate.on-profile="
    of.each({"two": "a=1\n#---\nb=2\n", "bang": "a=1\n!---\nb=2\n", "space": "a=1\n# ---\nb=2\n",
        "indent": "a=1\n #---\nb=2\n", "four": "a=1\n#----\nb=2\n", "trail": "a=1\n#---  \nb=2\n",
        "text": "a=1\n#--- x\nb=2\n", "after": "a=1\n# note\n#---\nb=2\n", "mixed": "a=1\n! note\n#---\nb=2\n",
        "before": "a=1\n#---\n# note\nb=2\n", "first": "#---\na=1\n", "last": "a=1\n#---\n",
        "same": "a=1\n#---\na=2\n", "empty": "a=1\n#---\n#---\nb=2\n", "crlf": "a=1\r\n#---\r\nb=2\r\n",
        "active": f"a=1\n#---\n{on}active\nb=2\n", "not": f"a=1\n#---\n{on}other\nb=2\n",
        "expr": f"a=1\n#---\n{on}expr & !x\nb=2\n", "continued": "a=1\\\n#---\nb=2\n",
        "blank": "a=1\n\n#---\n\nb=2\n", "bad": f"{on}a & b | c\nb=2\n"}, "properties")


def values(of):
    """Everything is a string."""
    of.commit({"{app}.properties":
        "n=5\nf=1.10\nb=true\ny=yes\ne=\nd=2024-01-01\nnull=null\nt=~\nq='x'\nurl=http://h:80/p?q=a&b#c\n"
        "p=C:\\\\x\njson={\"a\":[1,2]}\nlt=<a>&amp;\nspaces=  a  b  \n"})
    of.read("default")


def xml(of):
    """Properties in Java's XML form are a source, between .properties and .yml."""
    head = ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">\n')
    of.commit({"{app}.xml": head +
        '<properties>\n<comment>c</comment>\n<entry key="a">1</entry>\n<entry key="b.c">größe &lt;x&gt; '
        '&amp;</entry>\n<entry key="e"/>\n<entry key="l[0]">x</entry>\n</properties>\n', "{app}.yml": "a: 2\ny: 3\n",
        "{app}.properties": "a=4\n", "{app}-plain.xml": "<properties><entry key=\"a\">1</entry></properties>",
        "{app}-other.xml": head + "<project><a/></project>\n",
        "{app}-bad.xml": head + "<properties><entry key=\"a\">1</properties>\n",
        "{app}-dup.xml": head + '<properties><entry key="a">1</entry><entry key="a">2</entry></properties>\n'})
    of.read("default", "plain", "other", "bad", "dup")


def xml_not(of):
    """No property source, though the ending is right."""
    of.commit({"pom.xml": "<project/>\n", "{app}.yml": "a: 1\n"})
    of.read("default")


def extensions(of):
    """Cases 7 and 13."""
    of.commit({"{app}.properties": "a=1\np=1\n", "{app}.yml": "a: 2\ny: 1\n", "{app}.yaml": "a: 3\nl: 1\n",
        "{app}.json": '{"a": 4}', "{app}.txt": "a=5", "{app}.YML": "a: 6\n", "{app}.yml.bak": "a: 7\n",
        "{app}-dev.yaml": "d: 1\n", "{app}-dev.properties": "d=2\n", "{app}-only.json": '{"j": 1}'})
    of.read("default", "dev", "only")


def divided(of):
    """What each reads otherwise; each is about a line of the documentation."""
    of.about = "half of a surrogate pair is kept"
    of.each({"half": "u=\\ud83d\n"}, "properties")
    of.about = "`\\#` at the beginning of a key makes the line a comment"
    of.each({"hash": "\\#c=4\nd=5\n"}, "properties")


PLAN = (escapes, lines, lists, documents, values, xml, xml_not, extensions, divided)

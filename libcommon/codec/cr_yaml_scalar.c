/* YAML 1.1 scalars: a plain one's type by the patterns of SnakeYAML's Resolver, and then, as for
 * one with a tag, the construction of its value. The patterns:
 *
 *   bool   yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
 *   int    [-+]?0b_*[01][01_]*  [-+]?0_*[0-7][0-7_]*  [-+]?(0|[1-9][0-9_]*)
 *          [-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*  [-+]?[1-9][0-9_]*(:[0-5]?[0-9])+
 *   float  [-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?  [-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
 *          [-+]?\.[0-9_]+([eE][-+]?[0-9]+)?  [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*
 *          [-+]?\.(inf|Inf|INF)  \.(nan|NaN|NAN)
 *   null   ~|null|Null|NULL|empty        merge  <<
 *
 * int is tried before float.
 */
#include <string.h>

#include "cr_base64.h"
#include "cr_yaml_scalar_private.h"

static bool is_one_of(struct cr_slice text, const char *const *words)
{
    for (; *words; words++)
        if (cr_slice_is(text, *words))
            return true;
    return false;
}

static bool is_bool(struct cr_slice text)
{
    static const char *const words[] = {"yes",   "Yes",   "YES", "no",    "No", "NO",  "true",
                                        "True",  "TRUE",  "on",  "On",    "ON", "off", "Off",
                                        "false", "False", "OFF", "FALSE", NULL};
    return is_one_of(text, words);
}

static bool is_null(struct cr_slice text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    return is_one_of(text, words);
}

static bool is_merge(struct cr_slice text)
{
    return cr_slice_is(text, "<<");
}

static int construct_string(struct cr_slice text, struct cr_arena *arena,
                            struct cr_yaml_scalar *out, struct cr_err *err)
{
    return cr_yaml_scalar_set(out, CR_YAML_STRING, text, arena, err);
}

static int construct_null(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                          struct cr_err *err)
{
    (void)text;
    return cr_yaml_scalar_set(out, CR_YAML_NULL, CR_SLICE(""), arena, err);
}

static int construct_merge(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                           struct cr_err *err)
{
    return cr_yaml_scalar_set(out, CR_YAML_MERGE, text, arena, err);
}

/* In any case; another word, which only a tag brings here, is null. */
static int construct_bool(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                          struct cr_err *err)
{
    static const struct {
        const char *word;
        bool truth;
    } words[] = {{"yes", true},    {"no", false}, {"true", true},
                 {"false", false}, {"on", true},  {"off", false}};
    for (size_t i = 0; i < CR_COUNT(words); i++)
        if (cr_slice_equal_nocase(text, cr_slice_of(words[i].word)))
            return cr_yaml_scalar_set(out, CR_YAML_BOOL,
                                      cr_slice_of(words[i].truth ? "true" : "false"), arena, err);
    return construct_null(text, arena, out, err);
}

/* Decoded and encoded anew: what Spring's server makes of the bytes. */
static int construct_binary(struct cr_slice text, struct cr_arena *arena,
                            struct cr_yaml_scalar *out, struct cr_err *err)
{
    CR_AUTO(cr_buf) compact = {0};
    CR_AUTO(cr_buf) bytes = {0};
    CR_AUTO(cr_buf) encoded = {0};
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || !strchr(" \t\n\v\f\r", text.ptr[i]))
            cr_buf_char(&compact, text.ptr[i]);
    if (cr_base64_decode(&bytes, cr_buf_view(&compact)) == CR_EPARSE)
        return cr_err_set(err, CR_EPARSE, "!!binary is not base64");
    cr_base64_encode(&encoded, cr_buf_view(&bytes));
    if (cr_buf_status(&compact) || cr_buf_status(&bytes) || cr_buf_status(&encoded))
        return cr_err_set(err, CR_ENOMEM, "no memory for the document");
    return cr_yaml_scalar_set(out, CR_YAML_BINARY, cr_buf_view(&encoded), arena, err);
}

/* A type: its tag, which texts have it without a tag (none: NULL), how its value is made. */
static const struct type {
    const char *tag;
    bool (*is)(struct cr_slice text);
    int (*construct)(struct cr_slice text, struct cr_arena *arena, struct cr_yaml_scalar *out,
                     struct cr_err *err);
} types[] = {
    /* in the order in which the patterns are tried */
    {"tag:yaml.org,2002:bool", is_bool, construct_bool},
    {"tag:yaml.org,2002:int", cr_yaml_is_int, cr_yaml_construct_int},
    {"tag:yaml.org,2002:float", cr_yaml_is_float, cr_yaml_construct_float},
    {"tag:yaml.org,2002:merge", is_merge, construct_merge},
    {"tag:yaml.org,2002:null", is_null, construct_null},
    {"tag:yaml.org,2002:str", NULL, construct_string},
    {"tag:yaml.org,2002:binary", NULL, construct_binary},
    {"tag:yaml.org,2002:timestamp", NULL, cr_yaml_construct_timestamp},
};

static const struct type *type_of(struct cr_slice text)
{
    for (size_t i = 0; i < CR_COUNT(types); i++)
        if (types[i].is && types[i].is(text))
            return &types[i];
    return NULL;
}

int cr_yaml_scalar_resolve(struct cr_slice text, const char *tag, bool plain,
                           struct cr_arena *arena, struct cr_yaml_scalar *out_scalar,
                           struct cr_err *err)
{
    /* SnakeYAML takes "!", which is to say "no tag", for "as if it were plain" */
    bool untagged = !tag || strcmp(tag, "!") == 0;
    const struct type *type = untagged && (plain || tag) ? type_of(text) : NULL;
    for (size_t i = 0; i < CR_COUNT(types) && !untagged; i++)
        if (strcmp(tag, types[i].tag) == 0)
            type = &types[i];
    if (!type && !untagged)
        return cr_err_set(err, CR_EPARSE, "unknown tag '%.80s'", tag);
    return type ? type->construct(text, arena, out_scalar, err)
                : construct_string(text, arena, out_scalar, err);
}

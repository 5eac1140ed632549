/* Profile expressions by recursive descent, and the conditions of a document. */
#include "cr_profile.h"

#include <string.h>

enum { DEPTH_MAX = 32 };

bool cr_profiles_contain(const struct cr_profiles *active, struct cr_slice name)
{
    for (size_t i = 0; i < active->count; i++)
        if (cr_slice_is(name, active->names[i]))
            return true;
    return false;
}

struct parser {
    struct cr_slice rest;
    struct cr_slice whole;
    const struct cr_profiles *active;
    unsigned depth;
    struct cr_err *err;
};

static int parse_sequence(struct parser *p, bool *out_match);

static int fail(struct parser *p, const char *reason)
{
    return cr_err_set(p->err, CR_EPARSE, "profile expression '%.*s': %s",
                      CR_SLICE_ARG(cr_slice_sub(p->whole, 0, 100)), reason);
}

static char peek(struct parser *p)
{
    p->rest = cr_slice_trim(p->rest);
    return p->rest.len > 0 ? p->rest.ptr[0] : '\0';
}

static void advance(struct parser *p)
{
    p->rest = cr_slice_from(p->rest, 1);
}

static int parse_name(struct parser *p, bool *out_match)
{
    size_t length = 0;
    while (length < p->rest.len && (!p->rest.ptr[length] || !strchr("()&|!", p->rest.ptr[length])))
        length++;
    if (length == 0)
        return fail(p, "a profile is expected");
    *out_match = cr_profiles_contain(p->active, cr_slice_trim(cr_slice_sub(p->rest, 0, length)));
    p->rest = cr_slice_from(p->rest, length);
    return 0;
}

static int parse_operand(struct parser *p, bool *out_match)
{
    bool negated = false;
    while (peek(p) == '!') {
        negated = !negated;
        advance(p);
    }
    bool match = false;
    int rc;
    if (peek(p) == '(') {
        advance(p);
        rc = parse_sequence(p, &match);
        if (rc == 0 && peek(p) != ')')
            rc = fail(p, "')' is missing");
        advance(p);
    } else {
        rc = parse_name(p, &match);
    }
    *out_match = match != negated;
    return rc;
}

static int parse_sequence(struct parser *p, bool *out_match)
{
    if (++p->depth > DEPTH_MAX)
        return fail(p, "too many parentheses");
    char joint = '\0';
    bool match = false;
    int rc = parse_operand(p, &match);
    while (rc == 0 && (peek(p) == '&' || peek(p) == '|')) {
        if (joint && joint != peek(p))
            return fail(p, "'&' and '|' need parentheses between them");
        joint = peek(p);
        advance(p);
        bool operand = false;
        rc = parse_operand(p, &operand);
        match = joint == '&' ? match && operand : match || operand;
    }
    p->depth--;
    *out_match = match;
    return rc;
}

int cr_profile_match(struct cr_slice expression, const struct cr_profiles *active, bool *out_match,
                     struct cr_err *err)
{
    bool any = false;
    struct cr_slice rest = expression;
    struct cr_slice item;
    while (cr_slice_split(&rest, ',', &item)) {
        struct parser p = {.rest = item, .whole = expression, .active = active, .err = err};
        bool match = false;
        int rc = parse_sequence(&p, &match);
        if (rc == 0 && peek(&p))
            rc = fail(&p, "unexpected text at its end");
        if (rc)
            return rc;
        any = any || match;
    }
    *out_match = any;
    return 0;
}

enum condition { CONDITION_PROFILE, CONDITION_PROFILE_OLD, CONDITION_PLATFORM, CONDITIONS };

static const char *const condition_keys[CONDITIONS] = {
    [CONDITION_PROFILE] = "spring.config.activate.onprofile",
    [CONDITION_PROFILE_OLD] = "spring.profiles",
    [CONDITION_PLATFORM] = "spring.config.activate.oncloudplatform",
};

/* Relaxed: case, '-' and '_' do not count; an index may follow. */
static bool key_is(struct cr_slice key, const char *wanted)
{
    size_t at = 0;
    for (; at < key.len && *wanted; at++) {
        char c = key.ptr[at];
        if (c == '-' || c == '_')
            continue;
        if (!cr_slice_equal_nocase((struct cr_slice){&c, 1}, (struct cr_slice){wanted, 1}))
            return false;
        wanted++;
    }
    return !*wanted && (at == key.len || key.ptr[at] == '[');
}

static enum condition condition_of(struct cr_slice key)
{
    int condition = 0;
    while (condition < CONDITIONS && !key_is(key, condition_keys[condition]))
        condition++;
    return (enum condition)condition;
}

static int holds(enum condition condition, struct cr_slice text, const struct cr_profiles *active,
                 bool *out_match, struct cr_err *err)
{
    if (condition != CONDITION_PLATFORM)
        return cr_profile_match(text, active, out_match, err);
    *out_match = cr_slice_equal_nocase(cr_slice_trim(text), CR_SLICE("none"));
    return 0;
}

int cr_profile_doc_active(const struct cr_flat_doc *doc, const struct cr_profiles *active,
                          bool *out_active, struct cr_err *err)
{
    bool present[CONDITIONS] = {false};
    bool matched[CONDITIONS] = {false};
    for (size_t i = 0; i < doc->count; i++) {
        enum condition condition = condition_of(doc->pairs[i].key);
        struct cr_slice text = cr_slice_trim(doc->pairs[i].text);
        if (condition == CONDITIONS || text.len == 0)
            continue;
        bool match = false;
        int rc = holds(condition, text, active, &match, err);
        if (rc) {
            (void)cr_err_prefix(err, "line %d: ", doc->pairs[i].line);
            return rc;
        }
        present[condition] = true;
        matched[condition] = matched[condition] || match;
    }
    bool all = true;
    for (size_t i = 0; i < CONDITIONS; i++)
        all = all && (matched[i] || !present[i]);
    *out_active = all;
    return 0;
}

bool cr_profile_doc_conditional(const struct cr_flat_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++)
        if (condition_of(doc->pairs[i].key) != CONDITIONS && doc->pairs[i].text.len > 0)
            return true;
    return false;
}

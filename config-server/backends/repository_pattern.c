/* repository_pattern: stars over "application/profile". */
#include "repository_pattern.h"

/* The text that is matched, in pieces, so that nothing is copied. */
struct joined {
    struct cr_slice application, profiles;
};

static size_t joined_len(const struct joined *text)
{
    return text->application.len + 1 + text->profiles.len;
}

static char joined_at(const struct joined *text, size_t i)
{
    if (i < text->application.len)
        return text->application.ptr[i];
    return i == text->application.len ? '/' : text->profiles.ptr[i - text->application.len - 1];
}

/* A pattern and what is understood behind it. */
struct star_pattern {
    struct cr_slice text;
    struct cr_slice more;
};

static char pattern_at(const struct star_pattern *pattern, size_t i)
{
    return i < pattern->text.len ? pattern->text.ptr[i] : pattern->more.ptr[i - pattern->text.len];
}

/* Linear: on a mismatch only the last star is tried again. */
static bool star_matches(const struct star_pattern *pattern, const struct joined *text)
{
    size_t pattern_len = pattern->text.len + pattern->more.len, len = joined_len(text);
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    while (t < len) {
        if (p < pattern_len && pattern_at(pattern, p) == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern_len && pattern_at(pattern, p) == joined_at(text, t)) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern_len && pattern_at(pattern, p) == '*')
        p++;
    return p == pattern_len;
}

bool repository_pattern_matches(const struct config_list *patterns, struct cr_slice application,
                                struct cr_slice profiles)
{
    const struct joined text = {application, profiles};
    for (size_t i = 0; i < patterns->count; i++) {
        struct star_pattern pattern = {.text = cr_slice_trim(patterns->items[i])};
        if (cr_slice_find(pattern.text, '/') < 0)
            pattern.more = CR_SLICE("/*");
        if (star_matches(&pattern, &text))
            return true;
        bool open = pattern.more.len > 0 || cr_slice_ends(pattern.text, CR_SLICE("*"));
        pattern.more = CR_SLICE(",*");
        if (!open && star_matches(&pattern, &text))
            return true;
    }
    return false;
}

bool repository_pattern_is_candidate(const struct config_list *patterns,
                                     const struct config_request *request)
{
    for (size_t i = request->profile_list.count; i-- > 0;) {
        if (repository_pattern_matches(patterns, request->name, request->profile_list.items[i]))
            return true;
    }
    return false;
}

bool repository_pattern_may_match(const struct config_list *patterns, struct cr_slice application)
{
    const struct joined text = {application, CR_SLICE("any")};
    for (size_t i = 0; i < patterns->count; i++) {
        struct cr_slice rest = cr_slice_trim(patterns->items[i]), of_applications = {0};
        (void)cr_slice_split(&rest, '/', &of_applications);
        const struct star_pattern pattern = {of_applications, CR_SLICE("/*")};
        if (star_matches(&pattern, &text))
            return true;
    }
    return false;
}

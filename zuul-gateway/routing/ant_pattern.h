/* ant_pattern: Spring's path patterns: "?" one character, "*" within a segment, "**" over segments.
 *
 * "{name}" stands for one segment; a regular expression in it is refused. Matching is over
 * canonical paths, case-sensitive; empty segments do not count, a slash at the end does.
 *
 * Ownership: a pattern lives in the arena that it was compiled into.
 * Errors:    CR_EINVAL with what is wrong and where.
 * Source:    spring-core AntPathMatcher; gateway reference 1.3.
 * Threads:   immutable once compiled.
 */
#ifndef GATEWAY_ANT_PATTERN_H
#define GATEWAY_ANT_PATTERN_H

#include "cr_arena.h"
#include "cr_err.h"

enum ant_kind { ANT_LITERAL, ANT_WILD, ANT_ANY /* "**" */ };

struct ant_segment {
    enum ant_kind kind;
    struct cr_slice text;
};

struct ant_pattern {
    struct cr_slice text; /* as written, with a slash in front */
    size_t count;
    const struct ant_segment *segments;
    bool slash_end;
    bool starred;         /* holds a '*' */
    size_t literal_count; /* literal segments in front */
};

CR_MUST_CHECK int ant_compile(struct cr_slice text, struct cr_arena *arena,
                              struct ant_pattern *out_pattern, struct cr_err *err);
bool ant_matches(const struct ant_pattern *pattern, struct cr_slice path);
/* The same, for what is left of a path whose first segments are the pattern's literal ones. */
bool ant_matches_rest(const struct ant_pattern *pattern, struct cr_slice rest);

/* "*" anywhere in pattern stands for any run of characters; for service ids. */
bool ant_simple_matches(struct cr_slice pattern, struct cr_slice text);

/* The next non-empty segment of a path; false at its end. rest begins with a slash then, or is
 * empty. */
bool ant_next_segment(struct cr_slice *rest, struct cr_slice *out_segment);

#endif

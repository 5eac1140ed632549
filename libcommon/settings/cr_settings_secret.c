/* What must not be shown: secret keys, and the passwords inside URLs. */
#include <string.h>

#include "cr_environment_private.h"
#include "cr_relaxed_private.h"
#include "cr_settings_private.h"

/* Spring Boot's Sanitizer. */
bool cr_setting_secret_name(struct cr_slice key)
{
    static const char *const tails[] = {"password", "secret", "key", "token"};
    char name[CR_RELAXED_MAX];
    struct cr_slice relaxed = cr_relaxed_variable(key, name);
    for (size_t i = 0; i < CR_COUNT(tails); i++)
        if (cr_slice_ends(relaxed, cr_slice_of(tails[i])))
            return true;
    return cr_slice_search(relaxed, CR_SLICE("credentials")) >= 0;
}

static bool is_secret(const struct cr_patterns *patterns, struct cr_slice key)
{
    char name[CR_RELAXED_MAX];
    struct cr_slice member;
    const struct cr_pattern *pattern = cr_patterns_find(patterns, cr_relaxed(key, name), &member);
    if (pattern && (pattern->row->flags & CR_SETTING_SECRET))
        return true;
    return cr_setting_secret_name(key);
}

bool cr_settings_secret(const struct cr_setting_table *tables, size_t table_count, const char *key)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_patterns patterns;
    if (!arena || cr_patterns_compile(tables, table_count, arena, &patterns))
        return true;
    return is_secret(&patterns, cr_slice_of(key));
}

/* Writes one URL's worth of text: from behind "://" to the end of its authority. */
static struct cr_slice mask_authority(struct cr_slice rest, struct cr_buf *out)
{
    size_t end = 0;
    while (end < rest.len && !strchr("/?# ,\"'", rest.ptr[end]))
        end++;
    struct cr_slice authority = cr_slice_sub(rest, 0, end);
    ptrdiff_t at = cr_slice_find_last(authority, '@');
    ptrdiff_t colon = cr_slice_find(authority, ':');
    if (at > 0 && colon >= 0 && colon < at) {
        cr_buf_slice(out, cr_slice_sub(authority, 0, (size_t)colon + 1));
        cr_buf_text(out, CR_SETTING_MASK);
        authority = cr_slice_from(authority, (size_t)at);
    }
    cr_buf_slice(out, authority);
    return cr_slice_from(rest, end);
}

/* "http://user:secret@host" with its password masked. */
static const char *without_passwords(const char *text, struct cr_arena *arena)
{
    static const char mark[] = "://";
    CR_AUTO(cr_buf) out = {0};
    struct cr_slice rest = cr_slice_of(text);
    ptrdiff_t at;
    if (!strchr(text, '@'))
        return text;
    while ((at = cr_slice_search(rest, CR_SLICE(mark))) >= 0) {
        size_t authority = (size_t)at + sizeof mark - 1;
        cr_buf_slice(&out, cr_slice_sub(rest, 0, authority));
        rest = mask_authority(cr_slice_from(rest, authority), &out);
    }
    cr_buf_slice(&out, rest);
    char *copy = cr_buf_status(&out) ? NULL : cr_arena_slice(arena, cr_buf_view(&out));
    return copy ? copy : CR_SETTING_MASK;
}

const char *cr_setting_shown(const struct cr_patterns *patterns,
                             const struct cr_environment *environment,
                             const struct cr_environment_pair *pair, struct cr_arena *arena)
{
    if (is_secret(patterns, cr_slice_of(pair->key)))
        return CR_SETTING_MASK;
    const char *text = pair->text;
    if (strstr(text, "${") &&
        cr_environment_expand(environment, cr_slice_of(text), arena, &text, NULL))
        text = pair->text;
    return without_passwords(text, arena);
}

/* Hystrix' properties as settings rows, and the check of their values. */
#include "cr_hystrix_settings.h"

#include <string.h>

#include "cr_command_properties.h"

static const char prefix[] = "hystrix.command.";

int cr_hystrix_settings_table(struct cr_arena *arena, struct cr_setting_table *out_table)
{
    size_t count = 0;
    while (cr_command_property_name(count))
        count++;
    struct cr_setting *rows = cr_arena_array(arena, count + 1, sizeof *rows);
    for (size_t i = 0; rows && i < count; i++)
        rows[i] = (struct cr_setting){
            .key = cr_arena_printf(arena, "%s<key>.%s", prefix, cr_command_property_name(i)),
            .type = CR_SETTING_TEXT,
            .flags = CR_SETTING_LIVE,
            .doc = "Hystrix' property of a command; the key \"default\" is for all.",
        };
    *out_table = (struct cr_setting_table){rows, count};
    return cr_arena_failed(arena) ? CR_ENOMEM : 0;
}

/* The property that a key is about, or NULL: "hystrix.command.Ask.fallback.enabled". */
static const char *property_of(const char *key)
{
    struct cr_slice whole = cr_slice_of(key);
    if (!cr_slice_starts(whole, cr_slice_of(prefix)))
        return NULL;
    for (size_t i = 0; cr_command_property_name(i); i++) {
        struct cr_slice name = cr_slice_of(cr_command_property_name(i));
        size_t behind = whole.len - name.len;
        if (whole.len > name.len + sizeof prefix && cr_slice_ends(whole, name) &&
            key[behind - 1] == '.')
            return name.ptr;
    }
    return NULL;
}

static int check_pair(const struct cr_environment *environment,
                      const struct cr_environment_pair *pair, struct cr_arena *arena,
                      struct cr_err *err)
{
    struct cr_command_properties scratch = cr_command_defaults;
    const char *property = property_of(pair->key);
    const char *text = NULL;
    if (!property)
        return 0;
    int rc = cr_environment_expand(environment, cr_slice_of(pair->text), arena, &text, err);
    if (rc == 0)
        rc = cr_command_property_set(&scratch, cr_slice_of(property), cr_slice_of(text), err);
    if (rc == 0)
        return 0;
    (void)cr_err_prefix(err, "%s (%s): ", pair->key, pair->origin);
    return CR_EINVAL;
}

int cr_hystrix_settings_check(const struct cr_environment *environment, struct cr_arena *arena,
                              struct cr_err *err)
{
    for (size_t source = 0; source < cr_environment_source_count(environment); source++)
        for (size_t i = 0; i < cr_environment_pair_count(environment, source); i++) {
            struct cr_environment_pair pair = cr_environment_pair(environment, source, i);
            int rc = check_pair(environment, &pair, arena, err);
            if (rc != 0)
                return rc;
        }
    return 0;
}

/* backend_settings: profiles to backends. */
#include "backend_settings.h"

#include <string.h>

#include "composite.h"

#define SERVER "spring.cloud.config.server."

struct type_setting {
    const char *type;
};
static const struct cr_setting rows[] = {
    {SERVER "composite[<i>].type", CR_SETTING_TEXT, offsetof(struct type_setting, type), NULL, 0, 0,
     0, "Under the profile composite: git or native; the first one is the strongest."},
};
const struct cr_setting_table backend_setting_table = {rows, CR_COUNT(rows)};

struct reading {
    const struct cr_environment *environment;
    const char *default_label;
    struct cr_arena *arena;
    struct cr_err *err;
};

static bool is_active(const struct reading *reading, const char *profile)
{
    for (size_t i = 0; i < cr_environment_profile_count(reading->environment); i++) {
        if (strcmp(cr_environment_profile(reading->environment, i), profile) == 0)
            return true;
    }
    return false;
}

static int read_one(const struct reading *reading, bool is_native, const char *element,
                    struct backend_settings_list *list)
{
    struct backend_settings *item = &list->items[list->count++];
    item->is_native = is_native;
    int rc = is_native ? native_settings_read(reading->environment, element, reading->arena,
                                              &item->native, reading->err)
                       : git_settings_read(reading->environment, element, reading->arena,
                                           &item->git, reading->err);
    if (rc == 0 && *reading->default_label) {
        item->native.default_label = reading->default_label;
        item->git.main.default_label = reading->default_label;
    }
    return rc;
}

static int64_t order_of(const struct backend_settings *item)
{
    return item->is_native ? item->native.order : item->git.main.order;
}

static int read_profiles(const struct reading *reading, struct backend_settings_list *list)
{
    bool native = is_active(reading, "native"), git = is_active(reading, "git") || !native;
    int rc = git ? read_one(reading, false, NULL, list) : 0;
    if (rc == 0 && native)
        rc = read_one(reading, true, NULL, list);
    if (rc == 0 && list->count == 2 && order_of(&list->items[1]) < order_of(&list->items[0])) {
        struct backend_settings first = list->items[0];
        list->items[0] = list->items[1];
        list->items[1] = first;
    }
    return rc;
}

/* --- composite --- */

static int read_element(const struct reading *reading, const char *element,
                        struct backend_settings_list *list)
{
    struct type_setting setting = {0};
    int rc = cr_settings_bind_member(&backend_setting_table, reading->environment, element,
                                     &setting, reading->arena, reading->err);
    if (rc < 0)
        return rc;
    const char *type = setting.type ? setting.type : "";
    bool is_native = strcmp(type, "native") == 0;
    if (!is_native && strcmp(type, "git") != 0)
        return cr_err_set(reading->err, CR_EINVAL,
                          SERVER
                          "composite[%s].type: '%s' is no backend that is known: write git or "
                          "native",
                          element, type);
    return read_one(reading, is_native, element, list);
}

static int read_composite(const struct reading *reading, struct backend_settings_list *list)
{
    struct cr_setting_list elements;
    int rc = cr_settings_members(&backend_setting_table, reading->environment, reading->arena,
                                 &elements);
    if (rc < 0)
        return cr_err_set(reading->err, CR_ENOMEM, "out of memory");
    if (elements.count == 0)
        return cr_err_set(reading->err, CR_EINVAL,
                          SERVER "composite[0].type: not set, but the profile composite is active: "
                                 "name git or native, or leave the profile out");
    if (elements.count > COMPOSITE_BACKENDS_MAX)
        return cr_err_set(reading->err, CR_EINVAL,
                          SERVER "composite: more than %d backends: leave some out",
                          COMPOSITE_BACKENDS_MAX);
    /* In the order of the numbers, whatever the order in the files; a gap ends the list. */
    for (size_t i = 0; rc == 0 && i < elements.count; i++) {
        const char *element = cr_arena_printf(reading->arena, "%zu", i);
        rc = element ? read_element(reading, element, list)
                     : cr_err_set(reading->err, CR_ENOMEM, "out of memory");
    }
    return rc;
}

int backend_settings_read(const struct cr_environment *environment, const char *default_label,
                          struct cr_arena *arena, struct backend_settings_list *out_list,
                          struct cr_err *err)
{
    const struct reading reading = {environment, default_label ? default_label : "", arena, err};
    struct backend_settings_list list = {0};
    list.items = cr_arena_array(arena, COMPOSITE_BACKENDS_MAX, sizeof(*list.items));
    if (!list.items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = is_active(&reading, "composite") ? read_composite(&reading, &list)
                                              : read_profiles(&reading, &list);
    if (rc == 0)
        *out_list = list;
    return rc;
}

int backend_settings_check(const struct backend_settings_list *list, struct cr_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct backend_settings *item = &list->items[i];
        int rc = item->is_native ? native_settings_check(&item->native, err)
                                 : git_settings_check(&item->git, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static const char *shared_path_of(const struct cr_setting_list *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        if (strpbrk(paths->items[i], "*?") || strstr(paths->items[i], "{profile}"))
            return paths->items[i];
    return NULL;
}

const char *backend_settings_shared_path(const struct backend_settings_list *list)
{
    const char *found = NULL;
    for (size_t i = 0; i < list->count && !found; i++) {
        const struct backend_settings *item = &list->items[i];
        found = shared_path_of(item->is_native ? &item->native.locations
                                               : &item->git.main.search_paths);
        for (size_t k = 0; !item->is_native && k < item->git.other_count && !found; k++)
            found = shared_path_of(&item->git.others[k].search_paths);
    }
    return found;
}

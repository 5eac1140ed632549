/* Opens a service's database below the home. */
#include "shop_store.h"

#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#include "cr_arena.h"
#include "cr_daemon.h"
#include "cr_file.h"
#include "cr_log.h"
#include "cr_settings.h"

struct store_settings {
    const char *path;
    int64_t free_min_bytes;
};

static const struct cr_setting rows[] = {
    {"crema.store.path", CR_SETTING_TEXT, offsetof(struct store_settings, path), "", 0, 0,
     CR_SETTING_RESTART, "The database file; empty: data/<daemon>.db below crema.home."},
    {"crema.store.free-min", CR_SETTING_SIZE, offsetof(struct store_settings, free_min_bytes),
     "8MB", 0, 0, CR_SETTING_RESTART,
     "Free space on the disk below which nothing is written and writers get 503."},
};
const struct cr_setting_table shop_store_table = {rows, CR_COUNT(rows)};

static int make_folder(const char *path, struct cr_err *err)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    return cr_file_make_dirs(dirname(folder), 0700, err);
}

int shop_store_open(struct cr_app *app, const struct cr_schema *const *schemas, size_t count,
                    void **out_state, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "database: out of memory");
    struct store_settings settings;
    int rc = cr_settings_bind(&shop_store_table, cr_app_environment(app), &settings, arena, err);
    if (rc)
        return rc;
    const char *path = settings.path;
    if (!*path)
        path = cr_arena_printf(arena, "%s/data/%s.db", cr_app_home(app), cr_app_daemon(app)->name);
    rc = make_folder(path, err);
    if (rc)
        return rc;
    struct cr_store *store;
    rc = cr_store_open(&(struct cr_store_options){.path = path,
                                                  .log = cr_log_get("store"),
                                                  .schemas = schemas,
                                                  .schema_count = count,
                                                  .free_min_bytes = settings.free_min_bytes},
                       &store, err);
    if (!rc)
        *out_state = store;
    return rc;
}

void shop_store_stop(struct cr_app *app CR_UNUSED, void *state)
{
    cr_store_close(state);
}

void shop_store_health(void *state, struct cr_health *health)
{
    struct cr_store_stats stats;
    cr_store_stats(state, &stats);
    cr_health_detail(health, "database", "SQLite");
    cr_health_detail(health, "commits", "%llu", (unsigned long long)stats.commits);
    if (stats.refusing) {
        cr_health_set(health, CR_HEALTH_DOWN);
        cr_health_detail(health, "problem", "nothing can be written: %s", stats.problem);
    }
}

struct cr_store *shop_store(const struct cr_app *app)
{
    return cr_app_module_state(app, "db");
}

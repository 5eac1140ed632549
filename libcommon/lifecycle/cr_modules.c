/* Opens, starts, drains and stops modules in the table's order and back. */
#include "cr_modules.h"

#include <stdio.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_run_file.h"

bool cr_app_end_wanted(struct cr_app *app)
{
    unsigned events = cr_signals_wait(&app->signals, 0);
    if (events & CR_SIGNALS_STOP)
        cr_app_stop(app, CR_EXIT_OK);
    if (events & CR_SIGNALS_REFRESH)
        cr_app_refresh(app);
    return atomic_load(&app->stop_wanted);
}

/* For --healthcheck, while nobody can be asked yet. */
static void note(const struct cr_app *app, const char *doing, const char *module)
{
    char text[128];
    snprintf(text, sizeof text, "%s %s", doing, module);
    cr_run_note(app->home, app->daemon->name, text);
}

int cr_modules_open(struct cr_app *app, struct cr_err *err)
{
    for (size_t i = 0; i < app->daemon->module_count && !cr_app_end_wanted(app); i++) {
        const struct cr_module *module = &app->daemon->modules[i];
        cr_watchdog_doing(&app->watchdog, module->name);
        note(app, "opens", module->name);
        int rc = module->open ? module->open(app, &app->states[i], err) : 0;
        if (rc != 0) {
            (void)cr_err_prefix(err, "%s: ", module->name);
            return rc;
        }
        app->opened = i + 1;
    }
    return 0;
}

int cr_modules_start(struct cr_app *app, struct cr_err *err)
{
    for (size_t i = 0; i < app->opened && !cr_app_end_wanted(app); i++) {
        const struct cr_module *module = &app->daemon->modules[i];
        app->started = i + 1; /* drain also what started half */
        cr_watchdog_doing(&app->watchdog, module->name);
        int rc = module->start ? module->start(app, app->states[i], err) : 0;
        if (rc != 0) {
            (void)cr_err_prefix(err, "%s: ", module->name);
            return rc;
        }
    }
    return 0;
}

/* The time in which those who were told to stay away may still come. */
static void linger(struct cr_app *app, int64_t linger_ms, int64_t deadline_ms)
{
    linger_ms = cr_min_i64(linger_ms, deadline_ms - cr_clock_ms());
    if (linger_ms <= 0)
        return;
    cr_watchdog_doing(&app->watchdog, "lingering");
    usleep((useconds_t)linger_ms * 1000);
}

void cr_modules_drain(struct cr_app *app, int64_t linger_ms, int64_t deadline_ms)
{
    for (size_t i = app->started; i-- > 0;) {
        const struct cr_module *module = &app->daemon->modules[i];
        cr_watchdog_doing(&app->watchdog, module->name);
        if (module->drain)
            module->drain(app, app->states[i]);
        if (i + 1 == app->daemon->module_count)
            linger(app, linger_ms, deadline_ms);
    }
    app->started = 0;
}

void cr_modules_stop(struct cr_app *app)
{
    for (size_t i = app->opened; i-- > 0;) {
        const struct cr_module *module = &app->daemon->modules[i];
        cr_watchdog_doing(&app->watchdog, module->name);
        if (module->stop)
            module->stop(app, app->states[i]);
        app->states[i] = NULL;
    }
    app->opened = 0;
}

void cr_modules_reload(struct cr_app *app, const struct cr_changes *changes)
{
    for (size_t i = 0; i < app->opened; i++) {
        const struct cr_module *module = &app->daemon->modules[i];
        if (module->reload)
            module->reload(app, app->states[i], changes);
    }
}

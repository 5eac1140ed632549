/* configured: an environment out of YAML, for tests of what the gateway makes of its settings. */
#ifndef CONFIGURED_H
#define CONFIGURED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_arena.h"
#include "cr_environment.h"
#include "cr_settings.h"
#include "cr_yaml.h"
#include "gateway_settings.h"

struct configured {
    struct cr_arena *arena;
    struct cr_environment *environment;
    struct gateway_settings settings;
    struct cr_err err;
};

static inline void configure(struct configured *c, const char *yaml)
{
    struct cr_flat flat = {0};
    struct cr_environment_remote remote = {.name = "test.yml"};
    const struct cr_flat_pair names[] = {
        {.key = CR_SLICE("spring.application.name"), .text = CR_SLICE("Zuul-Server")}};
    const struct cr_flat_doc defaults = {names, CR_COUNT(names)};
    const struct cr_setting_table table = {gateway_setting_rows, gateway_setting_count};
    *c = (struct configured){.arena = cr_arena_new(0)};
    assert_non_null(c->arena);
    if (cr_yaml_parse(cr_slice_of(yaml), c->arena, &flat, &c->err) != 0)
        fail_msg("%s", c->err.text);
    if (flat.count > 0)
        remote.doc = flat.docs[0];
    const struct cr_environment_options options = {
        .remotes = &remote, .remote_count = 1, .defaults = &defaults};
    if (cr_environment_load(&options, &c->environment, &c->err) != 0 ||
        cr_settings_bind(&table, c->environment, &c->settings, c->arena, &c->err) != 0)
        fail_msg("%s", c->err.text);
}

static inline void release(struct configured *c)
{
    cr_environment_unref(c->environment);
    cr_arena_free(c->arena);
}

#endif

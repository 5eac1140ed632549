/* The actuator's env endpoint in the shapes of Spring Boot 2 and later, and of Boot 1. */
#include <string.h>

#include "cr_environment_private.h"
#include "cr_settings_private.h"

struct shower {
    const struct cr_environment *environment;
    struct cr_patterns patterns;
    struct cr_arena *arena;
    struct cr_json_writer *out;
};

/* False when memory ended: then nothing may be shown. */
static bool start(struct shower *s, const struct cr_setting_table *tables, size_t table_count)
{
    return s->arena && cr_patterns_compile(tables, table_count, s->arena, &s->patterns) == 0;
}

static void put_profiles(struct shower *s, const char *key)
{
    cr_json_pair_array(s->out, key);
    for (size_t i = 0; i < s->environment->profile_count; i++)
        cr_json_text(s->out, s->environment->profiles[i]);
    cr_json_end_array(s->out);
}

static void put_value(struct shower *s, const struct cr_environment_pair *pair)
{
    cr_json_begin_object(s->out);
    cr_json_pair_text(s->out, "value",
                      cr_setting_shown(&s->patterns, s->environment, pair, s->arena));
    cr_json_pair_text(s->out, "origin", pair->origin);
    cr_json_end_object(s->out);
}

/* A key that a source has twice in two spellings or as a repeated argument is shown once. */
static bool is_current(const struct cr_source *source, const struct cr_environment_pair *pair)
{
    return cr_source_get(source, cr_slice_of(pair->key)) == pair;
}

static void put_source(struct shower *s, const struct cr_source *source)
{
    cr_json_begin_object(s->out);
    cr_json_pair_text(s->out, "name", source->name);
    cr_json_pair_object(s->out, "properties");
    for (size_t i = 0; i < source->count; i++) {
        if (!is_current(source, &source->pairs[i]))
            continue;
        cr_json_key(s->out, source->pairs[i].key);
        put_value(s, &source->pairs[i]);
    }
    cr_json_end_object(s->out);
    cr_json_end_object(s->out);
}

void cr_settings_env_json(const struct cr_setting_table *tables, size_t table_count,
                          const struct cr_environment *environment, struct cr_json_writer *out)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct shower s = {.environment = environment, .arena = arena, .out = out};
    cr_json_begin_object(out);
    put_profiles(&s, "activeProfiles");
    cr_json_pair_array(out, "defaultProfiles");
    cr_json_text(out, "default");
    cr_json_end_array(out);
    cr_json_pair_array(out, "propertySources");
    bool ready = start(&s, tables, table_count);
    for (size_t i = 0; ready && i < environment->source_count; i++)
        put_source(&s, &environment->sources[i]);
    cr_json_end_array(out);
    cr_json_end_object(out);
}

static void put_property_source(struct shower *s, const struct cr_source *source, const char *key)
{
    const struct cr_environment_pair *pair = cr_source_get(source, cr_slice_of(key));
    cr_json_begin_object(s->out);
    cr_json_pair_text(s->out, "name", source->name);
    if (pair) {
        cr_json_key(s->out, "property");
        put_value(s, pair);
    }
    cr_json_end_object(s->out);
}

bool cr_settings_env_key_json(const struct cr_setting_table *tables, size_t table_count,
                              const struct cr_environment *environment, const char *key,
                              struct cr_json_writer *out)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct shower s = {.environment = environment, .arena = arena, .out = out};
    const struct cr_source *source = NULL;
    const struct cr_environment_pair *pair =
        cr_environment_find(environment, cr_slice_of(key), &source);
    if (!pair || !start(&s, tables, table_count))
        return false;
    cr_json_begin_object(out);
    cr_json_pair_object(out, "property");
    cr_json_pair_text(out, "source", source->name);
    cr_json_pair_text(out, "value", cr_setting_shown(&s.patterns, environment, pair, arena));
    cr_json_end_object(out);
    put_profiles(&s, "activeProfiles");
    cr_json_pair_array(out, "propertySources");
    for (size_t i = 0; i < environment->source_count; i++)
        put_property_source(&s, &environment->sources[i], key);
    cr_json_end_array(out);
    cr_json_end_object(out);
    return true;
}

void cr_settings_env_boot1_json(const struct cr_setting_table *tables, size_t table_count,
                                const struct cr_environment *environment,
                                struct cr_json_writer *out)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct shower s = {.environment = environment, .arena = arena, .out = out};
    cr_json_begin_object(out);
    put_profiles(&s, "profiles");
    bool ready = start(&s, tables, table_count);
    for (size_t i = 0; ready && i < environment->source_count; i++) {
        const struct cr_source *source = &environment->sources[i];
        cr_json_pair_object(out, source->name);
        for (size_t j = 0; j < source->count; j++)
            if (is_current(source, &source->pairs[j]))
                cr_json_pair_text(
                    out, source->pairs[j].key,
                    cr_setting_shown(&s.patterns, environment, &source->pairs[j], arena));
        cr_json_end_object(out);
    }
    cr_json_end_object(out);
}

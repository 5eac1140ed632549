/* Environments for tests, from "key=value" texts: a value "#80" is the number 80, "!true" a
 * boolean, all others are strings. The first source is the strongest. */
#ifndef SOURCES_H
#define SOURCES_H

#include <string.h>

#include "cr_arena.h"
#include "cr_wire_environment.h"

#define SOURCE(...)                                                                                \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define SOURCES(...)                                                                               \
    (const char *const *const[])                                                                   \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static inline struct cr_wire_property sources_property(const char *text)
{
    struct cr_slice key = {NULL, 0}, value = cr_slice_of(text);
    (void)cr_slice_split(&value, '=', &key);
    enum cr_wire_kind kind = *value.ptr == '#'   ? CR_WIRE_NUMBER
                             : *value.ptr == '!' ? CR_WIRE_BOOL
                                                 : CR_WIRE_STRING;
    if (kind != CR_WIRE_STRING)
        value = cr_slice_from(value, 1);
    return (struct cr_wire_property){.key = key, .text = value, .kind = kind};
}

static inline struct cr_wire_environment sources_environment(const char *const *const *texts,
                                                             struct cr_arena *arena)
{
    size_t count = 0;
    while (texts[count])
        count++;
    struct cr_wire_source *sources = cr_arena_array(arena, count + 1, sizeof(*sources));
    for (size_t i = 0; i < count; i++) {
        size_t size = 0;
        while (texts[i][size])
            size++;
        struct cr_wire_property *properties = cr_arena_array(arena, size + 1, sizeof(*properties));
        for (size_t k = 0; k < size; k++)
            properties[k] = sources_property(texts[i][k]);
        sources[i] = (struct cr_wire_source){CR_SLICE("source"), properties, size};
    }
    return (struct cr_wire_environment){.sources = sources, .source_count = count};
}

#endif

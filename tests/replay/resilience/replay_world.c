/* One command under a fake clock. */
#include "replay_world.h"

#include <stdlib.h>

void world_init(struct world *world, const struct cr_command_properties *properties)
{
    *world = (struct world){.start_ms = 1000000, .now_ms = 1000000};
    world->properties = properties ? *properties : cr_command_defaults;
    world->commands = cr_commands_new(10, world->now_ms);
    assert_non_null(world->commands);
    assert_int_equal(cr_commands_get(world->commands, CR_SLICE("GetOrder"), CR_SLICE("Orders"),
                                     &world->properties, &world->command, NULL),
                     0);
}

void world_fini(struct world *world)
{
    cr_commands_free(world->commands);
}

static enum cr_command_event outcome_of(char kind)
{
    switch (kind) {
    case 'S':
        return CR_EVENT_SUCCESS;
    case 'F':
        return CR_EVENT_FAILURE;
    case 'T':
        return CR_EVENT_TIMEOUT;
    case 'B':
        return CR_EVENT_BAD_REQUEST;
    default:
        assert_int_equal(kind, 'C');
        return CR_EVENT_CANCELLED;
    }
}

enum cr_admission world_call(struct world *world, char kind, int64_t took_ms)
{
    struct cr_execution run;
    enum cr_admission admission = cr_command_begin(world->command, &run, world->now_ms);
    int64_t end_ms = world->now_ms + took_ms;
    if (admission == CR_PERMITTED) {
        assert_true(cr_execution_finish(&run, outcome_of(kind), end_ms));
        if (kind == 'F' || kind == 'T')
            cr_execution_no_fallback(&run, end_ms);
    } else {
        cr_execution_no_fallback(&run, end_ms);
    }
    return admission;
}

void world_calls(struct world *world, const char *script)
{
    while (*script) {
        char *kind = NULL;
        long count = strtol(script, &kind, 10);
        for (long i = 0; i < count; i++)
            assert_int_equal(world_call(world, *kind, 1), CR_PERMITTED);
        script = kind + 1;
        while (*script == ' ')
            script++;
    }
}

void world_refused(struct world *world, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(world_call(world, 'S', 1), CR_SHORT_CIRCUITED);
}

void world_rejected(struct world *world, int n)
{
    struct cr_command_properties none = world->properties;
    none.max_concurrent = 0;
    cr_command_configure(world->command, &none);
    for (int i = 0; i < n; i++)
        assert_int_equal(world_call(world, 'S', 1), CR_SEMAPHORE_REJECTED);
    cr_command_configure(world->command, &world->properties);
}

void world_tick(struct world *world, int n)
{
    for (int i = 0; i < n; i++) {
        int64_t since_start_ms = world->now_ms - world->start_ms;
        world->now_ms += CR_COMMANDS_TICK_MS - since_start_ms % CR_COMMANDS_TICK_MS;
        cr_commands_tick(world->commands, world->now_ms);
    }
}

void world_at(struct world *world, int64_t since_start_ms)
{
    int64_t target_ms = world->start_ms + since_start_ms;
    while (world->now_ms + CR_COMMANDS_TICK_MS -
               (world->now_ms - world->start_ms) % CR_COMMANDS_TICK_MS <=
           target_ms)
        world_tick(world, 1);
    world->now_ms = target_ms;
}

const struct cr_wire_command *world_look(struct world *world)
{
    cr_command_snapshot(world->command, 1763824800123, &world->figures);
    return &world->figures;
}

enum cr_circuit_state world_state(struct world *world)
{
    return cr_circuit_state(cr_command_circuit(world->command));
}

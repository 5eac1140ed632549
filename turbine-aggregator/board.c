/* The circuits of a cluster and the order in which they changed. */
#include "board.h"

#include <stdlib.h>

#include "aggregate.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_map.h"

struct circuit {
    struct aggregate *aggregate; /* NULL: the slot is free */
    struct cr_buf shown;
    uint64_t number;
    bool touched;
};

struct board {
    struct circuit *circuits;
    size_t count;
    size_t max;
    struct cr_map *by_key; /* "type\nname" to index + 1 */
    uint64_t number;
};

struct board *board_new(size_t circuits_max)
{
    struct board *board = calloc(1, sizeof *board);
    if (!board)
        return NULL;
    board->max = circuits_max;
    board->by_key = cr_map_new(0, NULL);
    if (board->by_key)
        return board;
    board_free(board);
    return NULL;
}

static void circuit_clear(struct circuit *circuit)
{
    aggregate_free(circuit->aggregate);
    cr_buf_free(&circuit->shown);
    *circuit = (struct circuit){0};
}

void board_free(struct board *board)
{
    if (!board)
        return;
    for (size_t i = 0; i < board->count; i++)
        circuit_clear(&board->circuits[i]);
    free(board->circuits);
    cr_map_free(board->by_key);
    free(board);
}

static void key_of(struct cr_slice type, struct cr_slice name, struct cr_buf *out)
{
    cr_buf_slice(out, type);
    cr_buf_char(out, '\n');
    cr_buf_slice(out, name);
}

/* An index for one more circuit: a new one, or that of a circuit that no host reports any more. */
static int free_index(struct board *board, size_t *out_index)
{
    if (board->count < board->max) {
        struct circuit *circuits = realloc(board->circuits, (board->count + 1) * sizeof *circuits);
        if (!circuits)
            return CR_ENOMEM;
        board->circuits = circuits;
        circuits[board->count] = (struct circuit){0};
        *out_index = board->count++;
        return 0;
    }
    for (size_t i = 0; i < board->count; i++) {
        struct aggregate *aggregate = board->circuits[i].aggregate;
        if (aggregate && aggregate_host_count(aggregate) > 0)
            continue;
        if (aggregate) {
            CR_AUTO(cr_buf) key = {0};
            key_of(cr_slice_of(aggregate_type(aggregate)), cr_slice_of(aggregate_name(aggregate)),
                   &key);
            cr_map_remove(board->by_key, cr_buf_view(&key));
        }
        circuit_clear(&board->circuits[i]);
        *out_index = i;
        return 0;
    }
    return CR_ELIMIT;
}

static int circuit_of(struct board *board, const struct cr_wire_event *event,
                      struct circuit **out_circuit)
{
    CR_AUTO(cr_buf) key = {0};
    key_of(event->type, event->name, &key);
    int rc = cr_buf_status(&key);
    if (rc)
        return rc;
    uintptr_t known = (uintptr_t)cr_map_get(board->by_key, cr_buf_view(&key));
    if (known) {
        *out_circuit = &board->circuits[known - 1];
        return 0;
    }
    size_t index = 0;
    rc = free_index(board, &index);
    if (rc)
        return rc;
    struct circuit *circuit = &board->circuits[index];
    circuit->aggregate = aggregate_new(event->type, event->name);
    if (!circuit->aggregate)
        return CR_ENOMEM;
    rc = cr_map_put(board->by_key, cr_buf_view(&key), (void *)(uintptr_t)(index + 1));
    if (rc) {
        circuit_clear(circuit);
        return rc;
    }
    *out_circuit = circuit;
    return 0;
}

int board_put(struct board *board, struct cr_slice host, const struct cr_wire_event *event)
{
    struct circuit *circuit = NULL;
    int rc = circuit_of(board, event, &circuit);
    if (rc)
        return rc;
    circuit->touched = true;
    return aggregate_put(circuit->aggregate, host, event);
}

void board_drop(struct board *board, struct cr_slice host)
{
    for (size_t i = 0; i < board->count; i++) {
        struct circuit *circuit = &board->circuits[i];
        if (circuit->aggregate && aggregate_drop(circuit->aggregate, host))
            circuit->touched = true;
    }
}

/* Nothing that reads the same as before is a change. */
static void show(struct board *board, struct circuit *circuit)
{
    circuit->touched = false;
    struct cr_buf fresh = {0};
    aggregate_render(circuit->aggregate, &fresh);
    if (cr_buf_status(&fresh) ||
        cr_slice_equal(cr_buf_view(&fresh), cr_buf_view(&circuit->shown))) {
        cr_buf_free(&fresh);
        return;
    }
    cr_buf_free(&circuit->shown);
    circuit->shown = fresh;
    circuit->number = ++board->number;
}

uint64_t board_flush(struct board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        if (board->circuits[i].aggregate && board->circuits[i].touched)
            show(board, &board->circuits[i]);
    }
    return board->number;
}

bool board_next(const struct board *board, size_t *cursor, struct board_entry *out_entry)
{
    for (; *cursor < board->count; (*cursor)++) {
        const struct circuit *circuit = &board->circuits[*cursor];
        if (!circuit->aggregate || circuit->number == 0)
            continue;
        *out_entry = (struct board_entry){
            .index = (*cursor)++,
            .type = aggregate_type(circuit->aggregate),
            .name = aggregate_name(circuit->aggregate),
            .json = cr_buf_view(&circuit->shown),
            .number = circuit->number,
        };
        return true;
    }
    return false;
}

size_t board_count(const struct board *board)
{
    return cr_map_count(board->by_key);
}

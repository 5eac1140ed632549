/* A ring of events. */
#include "lastn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_attr.h"

void lastn_fini(struct lastn *lastn)
{
    for (size_t i = 0; i < LASTN_MAX; i++)
        free(lastn->events[i].text);
    *lastn = (struct lastn){0};
}

void lastn_add(struct lastn *lastn, struct cr_slice app, struct cr_slice id, int64_t wall_ms)
{
    char text[LASTN_TEXT_MAX];
    snprintf(text, sizeof text, "%.*s(%.*s)", CR_SLICE_ARG(app), CR_SLICE_ARG(id));
    char *copy = strdup(text);
    if (!copy)
        return;
    struct lastn_event *event = &lastn->events[lastn->next];
    free(event->text);
    *event = (struct lastn_event){wall_ms, copy};
    lastn->next = (lastn->next + 1) % LASTN_MAX;
    if (lastn->count < LASTN_MAX)
        lastn->count++;
}

const struct lastn_event *lastn_at(const struct lastn *lastn, size_t index)
{
    if (index >= lastn->count)
        return NULL;
    return &lastn->events[(lastn->next + LASTN_MAX - 1 - index) % LASTN_MAX];
}

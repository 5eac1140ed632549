/* directory_list: an array in git's order, and one in the order of the last segments. */
#include "directory_list.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cr_array.h"
#include "cr_buf.h"
#include "cr_int.h"

enum { SCANNED_AT_ONCE = 64 }; /* so few are looked at without an index */

struct place {
    uint32_t start, name; /* of the path, and of its last segment, in the text */
};

struct directory_list {
    struct cr_buf text; /* "cfg/\0cfg/dev/\0": each with its slash */
    struct place *places;
    uint32_t *by_name; /* numbers of places */
    size_t count, capacity;
};

struct range {
    size_t from, to;
};

struct directory_list *directory_list_new(void)
{
    struct directory_list *list = calloc(1, sizeof(*list));
    if (list)
        list->text.max = DIRECTORY_LIST_BYTES_MAX;
    return list;
}

void directory_list_free(struct directory_list *list)
{
    if (!list)
        return;
    cr_buf_free(&list->text);
    free(list->places);
    free(list->by_name);
    free(list);
}

/* --- filling --- */

int directory_list_add(struct directory_list *list, const char *path, struct cr_err *err)
{
    const char *slash = strrchr(path, '/');
    uint32_t start = (uint32_t)list->text.len;
    if (list->count == DIRECTORY_LIST_MAX)
        return cr_err_set(err, CR_ELIMIT, "more than %d directories in the repository",
                          DIRECTORY_LIST_MAX);
    if (!CR_ARRAY_ROOM(list->places, list->count, list->capacity))
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    cr_buf_text(&list->text, path);
    cr_buf_append(&list->text, "/", 2);
    if (cr_buf_status(&list->text) < 0)
        return cr_err_set(err, cr_buf_status(&list->text),
                          "the names of all directories take more than %d bytes",
                          DIRECTORY_LIST_BYTES_MAX);
    uint32_t name = start + (uint32_t)(slash ? slash - path + 1 : 0);
    list->places[list->count++] = (struct place){start, name};
    return 0;
}

static int compare_names(const void *a, const void *b, void *ctx)
{
    const struct directory_list *list = ctx;
    const uint32_t *one = a, *other = b;
    int order = strcmp(list->text.data + list->places[*one].name,
                       list->text.data + list->places[*other].name);
    return order != 0 ? order : (*one > *other) - (*one < *other);
}

int directory_list_seal(struct directory_list *list, struct cr_err *err)
{
    list->by_name = calloc(list->count + 1, sizeof(*list->by_name));
    if (!list->by_name)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < list->count; i++)
        list->by_name[i] = (uint32_t)i;
    qsort_r(list->by_name, list->count, sizeof(*list->by_name), compare_names, list);
    return 0;
}

/* --- searching --- */

static const char *path_at(const struct directory_list *list, size_t i)
{
    return list->text.data + list->places[i].start;
}

static const char *named_at(const struct directory_list *list, size_t i)
{
    return list->text.data + list->places[list->by_name[i]].name;
}

/* Those of a sorted order whose text begins with start. */
static struct range beginning_with(const struct directory_list *list,
                                   const char *(*at)(const struct directory_list *list, size_t i),
                                   struct cr_slice start)
{
    struct range range = {0, 0};
    for (int behind = 0; behind <= 1; behind++) {
        size_t low = behind ? range.from : 0, high = list->count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = start.len > 0 ? strncmp(at(list, middle), start.ptr, start.len) : 0;
            if (order < 0 || (behind && order == 0))
                low = middle + 1;
            else
                high = middle;
        }
        *(behind ? &range.to : &range.from) = low;
    }
    return range;
}

static bool has_star(struct cr_slice text)
{
    return cr_slice_find(text, '*') >= 0 || cr_slice_find(text, '?') >= 0;
}

static struct cr_slice before_the_first_star(struct cr_slice pattern)
{
    size_t len = 0;
    while (len < pattern.len && pattern.ptr[len] != '*' && pattern.ptr[len] != '?')
        len++;
    return cr_slice_sub(pattern, 0, len);
}

/* The last segment without a star behind the first one with one, with its slash; empty: none. */
static struct cr_slice last_fixed_segment(struct cr_slice pattern, bool *out_is_last)
{
    struct cr_slice found = {0}, rest = pattern, segment;
    bool starred = false;
    while (cr_slice_split(&rest, '/', &segment)) {
        if (segment.len == 0)
            continue;
        starred = starred || has_star(segment);
        *out_is_last = starred && !has_star(segment);
        if (*out_is_last)
            found = segment;
    }
    return found;
}

static int visit_range(const struct directory_list *list, struct range range,
                       int (*visit)(const char *path, void *ctx), void *ctx)
{
    CR_AUTO(cr_buf) path = {0};
    int rc = 0;
    for (size_t i = range.from; rc == 0 && i < range.to; i++) {
        cr_buf_reset(&path);
        cr_buf_text(&path, path_at(list, i));
        if (cr_buf_status(&path) < 0)
            return CR_ENOMEM;
        path.data[path.len - 1] = '\0'; /* its slash */
        rc = visit(path.data, ctx);
    }
    return rc;
}

int directory_list_find(const struct directory_list *list, struct cr_slice pattern,
                        int (*visit)(const char *path, void *ctx), void *ctx)
{
    bool is_last = false;
    struct cr_slice fixed = last_fixed_segment(pattern, &is_last);
    struct range range = beginning_with(list, path_at, before_the_first_star(pattern));
    if (fixed.len == 0 || range.to - range.from <= SCANNED_AT_ONCE)
        return visit_range(list, range, visit, ctx);
    CR_AUTO(cr_buf) name = {0};
    cr_buf_slice(&name, fixed);
    cr_buf_char(&name, '/');
    if (cr_buf_status(&name) < 0)
        return CR_ENOMEM;
    struct range named = beginning_with(list, named_at, cr_buf_view(&name));
    int rc = 0;
    for (size_t i = named.from; rc == 0 && i < named.to; i++) {
        size_t number = list->by_name[i];
        struct range below = {number, number + 1};
        if (number < range.from || number >= range.to)
            continue;
        if (!is_last)
            below = beginning_with(list, path_at, cr_slice_of(path_at(list, number)));
        rc = visit_range(list, below, visit, ctx);
    }
    return rc;
}

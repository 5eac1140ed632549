/* Reads snapshots: once to see that the file is whole, then to restore. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cr_int.h"
#include "snapshot_private.h"

enum { LINE_ARENA_MAX = 16 * 1024 * 1024 };

struct in {
    FILE *file;
    char *line; /* of getline */
    size_t capacity;
    struct cr_slice text; /* without its line feed */
    uint64_t sum;         /* of all lines before */
    uint64_t number;
};

static void in_freep(struct in *in)
{
    if (in->file)
        fclose(in->file);
    free(in->line);
}

/* False at the end, and for a last line that was cut. */
static bool next_line(struct in *in)
{
    if (in->number > 0)
        in->sum = snapshot_sum(in->sum, (struct cr_slice){in->line, in->text.len + 1});
    ssize_t len = getline(&in->line, &in->capacity, in->file);
    if (len <= 0 || in->line[len - 1] != '\n')
        return false;
    in->text = (struct cr_slice){in->line, (size_t)len - 1};
    in->number++;
    return true;
}

static bool is_end(const struct in *in)
{
    return cr_slice_starts(in->text, CR_SLICE(SNAPSHOT_END));
}

static int begin(struct in *in, const char *path, struct cr_err *err)
{
    rewind(in->file);
    in->number = 0;
    in->sum = SNAPSHOT_SUM_BEGIN;
    if (!next_line(in))
        return cr_err_set(err, CR_EPARSE, "'%s': is empty", path);
    if (!cr_slice_is(in->text, SNAPSHOT_HEAD))
        return cr_err_set(err, CR_EPARSE, "'%s': line 1: is not '%s'", path, SNAPSHOT_HEAD);
    return 0;
}

/* "end 3 9f86d081884c7d65" */
static bool read_end(const struct in *in, uint64_t *out_count, uint64_t *out_sum)
{
    struct cr_slice rest = cr_slice_from(in->text, sizeof SNAPSHOT_END - 1);
    struct cr_slice count;
    int64_t number = 0;
    char *end = NULL;
    if (!cr_slice_split(&rest, ' ', &count) || cr_int_parse(count, 0, INT64_MAX, &number) ||
        rest.len != SNAPSHOT_SUM_DIGITS)
        return false;
    *out_count = (uint64_t)number;
    *out_sum = strtoull(rest.ptr, &end, 16); /* ends at the line feed at the latest */
    return end == rest.ptr + rest.len;
}

/* Nothing is missing, nothing was changed, nothing stands behind. */
static int check(struct in *in, const char *path, struct cr_err *err)
{
    uint64_t count = 0;
    uint64_t sum = 0;
    int rc = begin(in, path, err);
    if (rc)
        return rc;
    while (next_line(in)) {
        if (!is_end(in))
            continue;
        if (!read_end(in, &count, &sum) || count != in->number - 2)
            return cr_err_set(err, CR_EPARSE,
                              "'%s': line %" PRIu64 ": the number of lines is wrong", path,
                              in->number);
        if (sum != in->sum)
            return cr_err_set(err, CR_EPARSE, "'%s': its checksum is wrong", path);
        if (getc(in->file) != EOF)
            return cr_err_set(err, CR_EPARSE, "'%s': something stands behind its end", path);
        return 0;
    }
    return cr_err_set(err, CR_EPARSE, "'%s': its end is missing", path);
}

/* CR_EPARSE for a line that is skipped. */
static int restore_instance(struct in *in, struct registry *registry, struct registry_now now,
                            struct cr_arena *arena)
{
    struct cr_wire_instance record;
    struct cr_err err = {0};
    bool implied = in->text.ptr[0] == '-';
    int rc = cr_wire_instance_read(cr_slice_from(in->text, 2), now.wall_ms, arena, &record, &err);
    if (rc)
        return rc;
    /* What the metadata say about an id was said after it came in. */
    if (implied)
        record.instance_id = (struct cr_slice){0};
    if (registry_check(&record, record.app, arena))
        return CR_EPARSE;
    return registry_restore(registry, &record, now);
}

static int restore_override(struct in *in, struct registry *registry, struct registry_now now)
{
    struct cr_slice id = cr_slice_from(in->text, 2);
    struct cr_slice name;
    enum cr_wire_status status;
    if (!cr_slice_split(&id, ' ', &name) || !cr_wire_status_parse(name, &status) || id.len == 0)
        return CR_EPARSE;
    return registry_restore_override(registry, id, status, now);
}

static int restore(struct in *in, struct registry *registry, struct registry_now now,
                   struct snapshot_loaded *loaded)
{
    CR_AUTO_ARENA arena = cr_arena_new(LINE_ARENA_MAX);
    if (!arena)
        return CR_ENOMEM;
    while (next_line(in) && !is_end(in)) {
        bool is_override = cr_slice_starts(in->text, CR_SLICE("= "));
        int rc = is_override ? restore_override(in, registry, now)
                             : restore_instance(in, registry, now, arena);
        cr_arena_reset(arena);
        if (rc == CR_ENOMEM)
            return rc;
        if (rc)
            loaded->skipped++;
        else if (is_override)
            loaded->overrides++;
        else
            loaded->instances++;
    }
    return 0;
}

int snapshot_load(const char *path, struct registry *registry, struct registry_now now,
                  struct snapshot_loaded *out_loaded, struct cr_err *err)
{
    CR_AUTO(in) in = {.file = fopen(path, "re")};
    *out_loaded = (struct snapshot_loaded){0};
    if (!in.file)
        return cr_err_errno(err, errno == ENOENT ? CR_ENOTFOUND : CR_EIO, errno, "'%s'", path);
    int rc = check(&in, path, err);
    if (ferror(in.file))
        return cr_err_errno(err, CR_EIO, errno, "'%s'", path);
    rc = rc ? rc : begin(&in, path, err);
    if (rc)
        return rc;
    if (restore(&in, registry, now, out_loaded))
        return cr_err_set(err, CR_ENOMEM, "'%s': no memory", path);
    return 0;
}

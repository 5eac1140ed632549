/* resource_routes: a file as text, with its placeholders resolved, or as bytes. */
#include "resource_routes.h"

#include "accept.h"
#include "charset.h"
#include "cr_buf.h"
#include "entity_tag.h"
#include "http_date.h"
#include "placeholders.h"

enum { BUILD_BYTES_MAX = 64 * 1024 * 1024, TEXT_BYTES_MAX = 32 * 1024 * 1024 };

struct asked_file {
    struct asked asked;
    struct cr_slice path;
    enum accept_file form;
    char type[ACCEPT_TYPE_SIZE];
    enum charset charset; /* in which a text is read */
    bool resolves;
};

/* --- answering --- */

static bool is_not_modified(struct cr_http_request *req, int64_t modified_s)
{
    int64_t since_s;
    return http_date_parse(cr_http_header(req, "If-Modified-Since"), &since_s) &&
           modified_s <= since_s;
}

static int make_text(const struct asked_file *file, const struct config_resource *found,
                     struct cr_buf *out, struct cr_err *err)
{
    if (!file->resolves) {
        charset_decode(file->charset, found->bytes, out);
        return 0;
    }
    CR_AUTO(cr_buf) text = {.max = TEXT_BYTES_MAX};
    charset_decode(file->charset, found->bytes, &text);
    int rc = cr_buf_status(&text);
    if (rc < 0)
        return cr_err_set(err, rc, "the answer: %s", cr_code_name(rc));
    CR_AUTO_PLACEHOLDERS placeholders = placeholders_new(&found->environment);
    return placeholders ? placeholders_text(placeholders, cr_buf_view(&text), out, err)
                        : cr_err_set(err, CR_ENOMEM, "out of memory");
}

static void answer_bytes(struct asked_file *file, struct cr_slice bytes)
{
    struct cr_http_request *req = file->asked.req;
    char tag[ENTITY_TAG_SIZE];
    asked_guard(req);
    entity_tag_make(cr_slice_of(file->type), bytes, tag);
    if (!asked_has(req, tag))
        cr_http_answer(req, 200, file->type, bytes);
}

/* The tag is more exact than the time, so where it is asked for the time does not count. */
static void answer_found(struct asked_file *file, const struct config_resource *found)
{
    struct cr_http_request *req = file->asked.req;
    struct cr_err err = {0};
    char modified[HTTP_DATE_SIZE];
    CR_AUTO(cr_buf) text = {.max = TEXT_BYTES_MAX};
    cr_http_answer_header(req, "Vary", "Accept, Accept-Charset");
    if (found->modified_s > 0) {
        http_date_write(found->modified_s, modified);
        cr_http_answer_header(req, "Last-Modified", modified);
        if (!cr_http_header(req, "If-None-Match").ptr && is_not_modified(req, found->modified_s)) {
            cr_http_answer(req, 304, NULL, (struct cr_slice){0});
            return;
        }
    }
    if (file->form != ACCEPT_FILE_TEXT) {
        answer_bytes(file, found->bytes);
        return;
    }
    int rc = make_text(file, found, &text, &err);
    if (rc == 0 && cr_buf_status(&text) < 0)
        rc = cr_err_set(&err, cr_buf_status(&text), "the answer: %s",
                        cr_code_name(cr_buf_status(&text)));
    if (rc < 0)
        asked_failed(&file->asked, rc, &err);
    else
        answer_bytes(file, cr_buf_view(&text));
}

/* A file that is not there is an empty 404, as Spring's advice for resources has it. */
static void answer(struct asked *asked)
{
    struct asked_file *file = CR_CONTAINER(asked, struct asked_file, asked);
    struct config_resource found = {0};
    struct cr_err err = {0};
    CR_AUTO_ARENA arena = cr_arena_new(BUILD_BYTES_MAX);
    int rc = arena ? config_service_resource(asked->site->service, &asked->request, file->path,
                                             arena, &found, &err)
                   : cr_err_set(&err, CR_ENOMEM, "out of memory");
    asked_tell_fetched(asked->req, found.fetched_wall_ms);
    if (rc == CR_ENOTFOUND)
        cr_http_answer(asked->req, 404, NULL, (struct cr_slice){0});
    else if (rc < 0)
        asked_failed(asked, rc, &err);
    else
        answer_found(file, &found);
}

/* --- asking --- */

static bool understand_path(struct asked_file *file, struct cr_slice text)
{
    struct cr_http_request *req = file->asked.req;
    struct cr_err err = {0};
    int rc = config_request_path(text, cr_http_arena(req), &file->path, &err);
    if (rc < 0)
        asked_refused(req, rc, &err);
    return rc == 0;
}

static bool choose_form(struct asked_file *file)
{
    struct cr_http_request *req = file->asked.req;
    file->form = accept_file(cr_http_header(req, "Accept"), file->type);
    if (file->form == ACCEPT_FILE_NONE) {
        cr_http_problem(req, 406,
                        "a file is application/octet-stream, or text of a type that "
                        "Accept names without a wildcard");
        return false;
    }
    /* A name that is unknown here means UTF-8, as in Spring. */
    (void)charset_of(cr_http_header(req, "Accept-Charset"), &file->charset);
    return file->form == ACCEPT_FILE_BYTES || asked_resolves(&file->asked, &file->resolves);
}

void resource_get(struct cr_http_request *req, const struct config_site *site,
                  const struct config_path *path, bool default_label)
{
    struct asked *asked;
    struct cr_slice label = {0};
    if (!default_label)
        label = path->segments[2];
    struct cr_slice rest = config_path_rest(path, default_label ? 2 : 3, cr_http_arena(req));
    if (!asked_new(req, site, sizeof(struct asked_file), &asked))
        return;
    struct asked_file *file = CR_CONTAINER(asked, struct asked_file, asked);
    bool names_none = rest.len == 0; /* three segments that no environment answers */
    if ((!names_none && !choose_form(file)) ||
        !asked_understand(asked, path->segments[0], path->segments[1], label))
        return;
    if (names_none)
        cr_http_answer(req, 404, NULL, (struct cr_slice){0});
    else if (understand_path(file, rest) && asked_may_read(asked, file->path))
        asked_answer(asked, answer);
}

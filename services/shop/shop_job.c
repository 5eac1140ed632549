/* Requests that read and write the store. */
#include "shop_job.h"

struct job {
    struct cr_http_request *req;
    shop_work work;
    void *ctx;
    const char *content_type;
    struct cr_buf out; /* heap memory, handed over to the answer */
};

static int status_of(int code)
{
    switch (code) {
    case CR_EINVAL:
    case CR_EPARSE:
        return 400;
    case CR_ENOTFOUND:
        return 404;
    case CR_ECONFLICT:
    case CR_EEXISTS:
        return 409;
    case CR_EUNAVAILABLE:
        return 503;
    default:
        return 500;
    }
}

void shop_fail(struct cr_http_request *req, int code, const struct cr_err *err)
{
    int status = status_of(code);
    if (status == 503)
        cr_http_answer_header(req, "Retry-After", "1");
    cr_http_problem(req, status, "%s", err->text);
}

static void answer(struct job *job, int rc, const struct cr_err *err)
{
    if (rc) {
        cr_buf_free(&job->out);
        shop_fail(job->req, rc, err);
    } else if (job->out.len == 0 && !job->out.failed) {
        cr_http_answer(job->req, 200, NULL, CR_SLICE(""));
    } else {
        cr_http_answer_buf(job->req, 200, job->content_type, &job->out);
    }
}

static int run(struct cr_tx *tx, void *ctx, struct cr_err *err)
{
    struct job *job = ctx;
    return job->work(tx, job->ctx, &job->out, err);
}

static void written(void *ctx, int rc, const struct cr_err *err)
{
    answer(ctx, rc, err);
}

static struct job *job_new(struct cr_http_request *req, const char *content_type, shop_work work,
                           void *ctx)
{
    struct job *job = cr_arena_alloc(cr_http_arena(req), sizeof *job);
    if (!job) {
        cr_http_problem(req, 500, "out of memory");
        return NULL;
    }
    *job = (struct job){.req = req, .work = work, .ctx = ctx, .content_type = content_type};
    return job;
}

void shop_write(struct cr_http_request *req, struct cr_store *store, shop_work work, void *ctx)
{
    struct job *job = job_new(req, "application/json", work, ctx);
    if (!job)
        return;
    struct cr_err err = {0};
    int rc = cr_store_submit(store, run, written, job, &err);
    if (rc)
        answer(job, rc, &err);
}

void shop_read_as(struct cr_http_request *req, struct cr_store *store, const char *content_type,
                  shop_work work, void *ctx)
{
    struct job *job = job_new(req, content_type, work, ctx);
    if (!job)
        return;
    struct cr_err err = {0};
    answer(job, cr_store_read(store, run, job, &err), &err);
}

void shop_read(struct cr_http_request *req, struct cr_store *store, shop_work work, void *ctx)
{
    shop_read_as(req, store, "application/json", work, ctx);
}

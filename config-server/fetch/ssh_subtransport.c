/* ssh_subtransport: one git-upload-pack at the other end, from the list of refs to the pack. */
#include "ssh_subtransport.h"

#include <errno.h>
#include <git2/sys/transport.h>
#include <stdlib.h>
#include <string.h>

#include "cr_buf.h"
#include "ssh_address.h"
#include "ssh_process.h"

struct stream {
    git_smart_subtransport_stream parent;
    struct ssh_process process;
};

struct subtransport {
    git_smart_subtransport parent;
    struct ssh_subtransport_options *options;
    struct stream *stream; /* libgit2's; the list and the pack are one conversation */
};

static struct subtransport *sub_of(git_smart_subtransport *parent)
{
    return CR_CONTAINER(parent, struct subtransport, parent);
}

static struct stream *stream_of(git_smart_subtransport_stream *parent)
{
    return CR_CONTAINER(parent, struct stream, parent);
}

static int fail(struct subtransport *sub, int code, const char *text)
{
    if (sub->options->failure->code == 0)
        cr_err_set(sub->options->failure, code, "%s", text);
    (void)git_error_set_str(GIT_ERROR_SSH, sub->options->failure->text);
    return -1;
}

/* The client ended, or is not heard any more: what it said on that. */
static int fail_ended(struct stream *stream)
{
    struct cr_err err = {0};
    struct subtransport *sub = sub_of(stream->parent.subtransport);
    int rc = ssh_process_failure(&stream->process, &err);
    return rc < 0 ? fail(sub, rc, err.text) : fail(sub, CR_EUNAVAILABLE, "the connection broke");
}

/* --- what libgit2 calls --- */

static int stream_read(git_smart_subtransport_stream *parent, char *data, size_t size,
                       size_t *out_read)
{
    struct stream *stream = stream_of(parent);
    const struct ssh_subtransport_options *options = sub_of(parent->subtransport)->options;
    ssize_t got = ssh_process_read(&stream->process, data, size);
    options->progress(options->ctx);
    if (got <= 0)
        return fail_ended(stream);
    *out_read = (size_t)got;
    return 0;
}

static int stream_write(git_smart_subtransport_stream *parent, const char *data, size_t len)
{
    struct stream *stream = stream_of(parent);
    while (len > 0) {
        ssize_t written = ssh_process_write(&stream->process, data, len);
        if (written < 0 && errno != EINTR)
            return fail_ended(stream);
        if (written > 0) {
            data += written;
            len -= (size_t)written;
        }
    }
    return 0;
}

static void stream_free(git_smart_subtransport_stream *parent)
{
    struct stream *stream = stream_of(parent);
    sub_of(parent->subtransport)->stream = NULL;
    ssh_process_end(&stream->process);
    free(stream);
}

/* The other end's shell takes what stands between single quotes as it is. */
static void append_quoted(const char *text, struct cr_buf *out)
{
    cr_buf_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '!')
            cr_buf_printf(out, "'\\%c'", *text);
        else
            cr_buf_char(out, *text);
    }
    cr_buf_char(out, '\'');
}

static int start(struct subtransport *sub, struct stream *stream, const char *url)
{
    const struct ssh_subtransport_options *options = sub->options;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) command = {0};
    struct ssh_address address = {.path = ""};
    struct cr_err err = {0};
    int rc = arena ? ssh_address_parse(cr_slice_of(url), arena, &address, &err)
                   : cr_err_set(&err, CR_ENOMEM, "out of memory");
    if (rc == 0) {
        cr_buf_text(&command, "git-upload-pack ");
        append_quoted(address.path, &command);
        rc = cr_buf_status(&command) < 0 ? cr_err_set(&err, CR_ENOMEM, "out of memory") : 0;
    }
    if (rc == 0) {
        const struct ssh_order order = {&address, options->login, options->username,
                                        options->password, command.data};
        rc = ssh_process_start(&stream->process, &order, &err);
    }
    return rc < 0 ? fail(sub, rc, err.text) : 0;
}

static int sub_action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
                      const char *url, git_smart_service_t service)
{
    struct subtransport *sub = sub_of(parent);
    if (service == GIT_SERVICE_UPLOADPACK && sub->stream) {
        *out = &sub->stream->parent;
        return 0;
    }
    if (service != GIT_SERVICE_UPLOADPACK_LS)
        return fail(sub, CR_EINVAL, "nothing is pushed from here");
    struct stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        return fail(sub, CR_ENOMEM, "out of memory");
    stream->parent =
        (git_smart_subtransport_stream){parent, stream_read, stream_write, stream_free};
    if (start(sub, stream, url) < 0) {
        free(stream);
        return -1;
    }
    sub->stream = stream;
    *out = &stream->parent;
    return 0;
}

static int sub_close(git_smart_subtransport *parent)
{
    (void)parent;
    return 0;
}

static void sub_free(git_smart_subtransport *parent)
{
    free(sub_of(parent));
}

static int sub_new(git_smart_subtransport **out, git_transport *owner, void *ctx)
{
    (void)owner;
    struct subtransport *sub = calloc(1, sizeof(*sub));
    if (!sub) {
        git_error_set_oom();
        return -1;
    }
    sub->parent = (git_smart_subtransport){sub_action, sub_close, sub_free};
    sub->options = ctx;
    *out = &sub->parent;
    return 0;
}

int ssh_subtransport_new(git_transport **out, git_remote *owner,
                         struct ssh_subtransport_options *options)
{
    git_smart_subtransport_definition definition = {sub_new, 0, options};
    return git_transport_smart(out, owner, &definition);
}

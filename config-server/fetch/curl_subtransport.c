/* curl_subtransport: each request of the smart protocol is one transfer of libcurl, pulled forward
 * while libgit2 reads. */
#include "curl_subtransport.h"

#include <curl/curl.h>
#include <git2/sys/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_url.h"
#include "http_proxy.h"

#define GIT "spring.cloud.config.server.git."

enum {
    REDIRECTS_MAX = 5,
    IN_BYTES_MAX = 1024 * 1024,    /* unread, beyond which the transfer is paused */
    UNFIT_BYTES_MAX = 1024 * 1024, /* of an answer that is not git's, until it is broken off */
    POLL_MS = 1000,
};

static const char refs_path[] = "/info/refs?service=git-upload-pack";

struct subtransport {
    git_smart_subtransport parent;
    struct curl_subtransport_options *options;
    CURLM *multi;   /* keeps the connection from request to request */
    char *base;     /* where the repository is, after redirects */
    bool elsewhere; /* redirected to another origin, which is no concern of our credentials */
};

struct stream {
    git_smart_subtransport_stream parent;
    struct subtransport *sub;
    CURL *easy;
    const struct http_proxy *proxy; /* NULL: there is none on the way */
    struct curl_slist *headers;
    bool is_post, started, ended, unfit, paused;
    size_t unfit_bytes;
    struct cr_buf out, in;
    char detail[CURL_ERROR_SIZE];
};

static struct subtransport *sub_of(git_smart_subtransport *parent)
{
    return CR_CONTAINER(parent, struct subtransport, parent);
}

static struct stream *stream_of(git_smart_subtransport_stream *parent)
{
    return CR_CONTAINER(parent, struct stream, parent);
}

/* --- failures --- */

static int fail(struct subtransport *sub, int code, const char *text)
{
    cr_err_set(sub->options->failure, code, "%s", text);
    (void)git_error_set_str(GIT_ERROR_HTTP, sub->options->failure->text);
    return -1;
}

static int fail_proxy(struct stream *stream, int code, const char *why)
{
    char text[CURL_ERROR_SIZE];
    (void)snprintf(text, sizeof(text), "the proxy %s:%lld %s", stream->proxy->host,
                   (long long)stream->proxy->port, why);
    return fail(stream->sub, code, text);
}

/* status: what the proxy says of itself, or to CONNECT. */
static int fail_at_proxy(struct stream *stream, long status)
{
    char why[128];
    bool is_refusal = status == 407 || status == 401; /* tinyproxy says 401 to a wrong password */
    if (is_refusal && *stream->proxy->username)
        return fail_proxy(stream, CR_EINVAL, "refuses user name or password");
    if (is_refusal)
        return fail_proxy(stream, CR_EINVAL,
                          "wants credentials (407): set proxy.*.username and proxy.*.password");
    (void)snprintf(why, sizeof(why), "lets nothing through: its answer is %ld", status);
    return fail_proxy(stream, status >= 500 ? CR_EUNAVAILABLE : CR_EINVAL, why);
}

static int fail_transfer(struct stream *stream, CURLcode result)
{
    long connected = 0;
    (void)curl_easy_getinfo(stream->easy, CURLINFO_HTTP_CONNECTCODE, &connected);
    if (stream->proxy && connected >= 300)
        return fail_at_proxy(stream, connected);
    if (stream->proxy && result == CURLE_COULDNT_RESOLVE_PROXY)
        return fail_proxy(stream, CR_EUNAVAILABLE, "is unknown: its name cannot be resolved");
    if (stream->proxy && result == CURLE_COULDNT_CONNECT)
        return fail_proxy(stream, CR_EUNAVAILABLE, "cannot be connected to");
    switch ((int)result) {
    /* curl's longer words have times in them, and a repeated failure should say the same. */
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
        return fail(stream->sub, CR_EUNAVAILABLE, curl_easy_strerror(result));
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return fail(stream->sub, CR_EUNAVAILABLE, "the connection broke");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL: /* of a redirect */
        return fail(stream->sub, CR_EINVAL,
                    *stream->detail ? stream->detail : curl_easy_strerror(result));
    default:
        return fail(stream->sub, result == CURLE_OUT_OF_MEMORY ? CR_ENOMEM : CR_EUNAVAILABLE,
                    *stream->detail ? stream->detail : curl_easy_strerror(result));
    }
}

static int fail_status(struct stream *stream, long status)
{
    char text[128];
    struct subtransport *sub = stream->sub;
    if (stream->proxy && status == 407)
        return fail_at_proxy(stream, status);
    if (status == 401 && stream->proxy && *stream->proxy->username)
        return fail_proxy(stream, CR_EINVAL, "or the remote refuses user name or password (401)");
    if (status == 401 && *sub->options->username)
        return fail(sub, CR_EINVAL, "user name or password is refused (401)");
    if (status == 401)
        return fail(sub, CR_EINVAL,
                    "credentials are wanted (401): set " GIT "username and " GIT "password");
    if (status == 404)
        return fail(sub, CR_EINVAL, "there is no such repository, or not for us (404)");
    (void)snprintf(text, sizeof(text), "the answer is %ld%s", status,
                   stream->proxy ? ", of the proxy or of what is behind it" : "");
    return fail(sub, status >= 500 ? CR_EUNAVAILABLE : CR_EINVAL, text);
}

/* --- the transfer --- */

static bool is_fit(struct stream *stream)
{
    long status = 0;
    const char *type = NULL, *wanted = stream->is_post
                                           ? "application/x-git-upload-pack-result"
                                           : "application/x-git-upload-pack-advertisement";
    (void)curl_easy_getinfo(stream->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(stream->easy, CURLINFO_CONTENT_TYPE, &type);
    return status == 200 && type && strcmp(type, wanted) == 0;
}

/* What is no answer of git's is dropped here and becomes an error at the end of the transfer. */
static size_t take_bytes(char *data, size_t size, size_t count, void *ctx)
{
    struct stream *stream = ctx;
    stream->sub->options->progress(stream->sub->options->ctx);
    if (!is_fit(stream)) {
        stream->unfit = true;
        stream->unfit_bytes += size * count;
        return stream->unfit_bytes > UNFIT_BYTES_MAX ? 0 : size * count;
    }
    if (stream->in.len > IN_BYTES_MAX) {
        stream->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    cr_buf_append(&stream->in, data, size * count);
    return cr_buf_status(&stream->in) < 0 ? 0 : size * count;
}

/* "https://host/repo/info/refs?..." to its first part. */
static int follow_redirect(struct stream *stream)
{
    struct subtransport *sub = stream->sub;
    const char *effective = NULL;
    struct cr_url before, after;
    (void)curl_easy_getinfo(stream->easy, CURLINFO_EFFECTIVE_URL, &effective);
    struct cr_slice url = cr_slice_of(effective);
    if (!cr_slice_ends(url, CR_SLICE(refs_path)) || cr_url_parse(url, &after, NULL) < 0 ||
        cr_url_parse(cr_slice_of(sub->base), &before, NULL) < 0)
        return fail(sub, CR_EINVAL, "it redirects to what is no repository");
    char *base = strndup(url.ptr, url.len - (sizeof(refs_path) - 1));
    if (!base)
        return fail(sub, CR_ENOMEM, "out of memory");
    sub->elsewhere = sub->elsewhere || before.port != after.port ||
                     !cr_slice_equal_nocase(before.scheme, after.scheme) ||
                     !cr_slice_equal_nocase(before.host, after.host);
    free(sub->base);
    sub->base = base;
    return 0;
}

static int end_transfer(struct stream *stream, CURLcode result)
{
    long status = 0, redirects = 0;
    stream->ended = true;
    bool broken_off = stream->unfit && result == CURLE_WRITE_ERROR;
    if (result != CURLE_OK && !broken_off)
        return fail_transfer(stream, result);
    (void)curl_easy_getinfo(stream->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return fail_status(stream, status);
    if (stream->unfit || !is_fit(stream))
        return fail(stream->sub, CR_EPARSE,
                    "a web server answers, but not with a git repository: is the path right?");
    (void)curl_easy_getinfo(stream->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    return redirects > 0 ? follow_redirect(stream) : 0;
}

/* Until there is something to read, or the end. */
static int pull(struct stream *stream)
{
    CURLM *multi = stream->sub->multi;
    if (stream->paused && stream->in.len == 0) {
        stream->paused = false;
        CURLcode result = curl_easy_pause(stream->easy, CURLPAUSE_CONT);
        if (result != CURLE_OK)
            return fail_transfer(stream, result);
    }
    while (stream->in.len == 0 && !stream->ended) {
        int running = 0, left = 0;
        CURLMcode rc = curl_multi_perform(multi, &running);
        struct CURLMsg *said = rc == CURLM_OK ? curl_multi_info_read(multi, &left) : NULL;
        if (said && said->msg == CURLMSG_DONE) {
            int failed = end_transfer(stream, said->data.result);
            if (failed < 0)
                return failed;
        }
        if (rc == CURLM_OK && stream->in.len == 0 && !stream->ended)
            rc = curl_multi_poll(multi, NULL, 0, POLL_MS, NULL);
        if (rc != CURLM_OK)
            return fail(stream->sub, CR_EUNAVAILABLE, curl_multi_strerror(rc));
    }
    return 0;
}

/* Without one, not even that of the environment. */
static bool set_proxy(struct stream *stream, const char *url)
{
    CURL *easy = stream->easy;
    const struct http_proxy *proxy =
        http_proxy_for(stream->sub->options->proxies, cr_slice_of(url));
    stream->proxy = proxy;
    if (!proxy)
        return curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
    CR_AUTO(cr_buf) address = {0};
    bool is_ipv6 = strchr(proxy->host, ':') && *proxy->host != '[';
    cr_buf_printf(&address, "http://%s%s%s:%lld", is_ipv6 ? "[" : "", proxy->host,
                  is_ipv6 ? "]" : "", (long long)proxy->port);
    bool ok = cr_buf_status(&address) == 0 &&
              curl_easy_setopt(easy, CURLOPT_PROXY, address.data) == CURLE_OK;
    if (ok && *proxy->username)
        ok = curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy->username) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, proxy->password) == CURLE_OK;
    return ok;
}

static int set_options(struct stream *stream, const char *url)
{
    const struct curl_subtransport_options *options = stream->sub->options;
    bool is_https = strncmp(url, "https:", 6) == 0;
    CURL *easy = stream->easy;
    bool ok = set_proxy(stream, url);
#define SET(option, value) (ok = curl_easy_setopt(easy, option, value) == CURLE_OK && ok)
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https");
    SET(CURLOPT_FOLLOWLOCATION, stream->is_post ? 0L : 1L);
    SET(CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    SET(CURLOPT_NOSIGNAL, 1L);
    /* Git hosts answer nothing but a program that says it is git. */
    SET(CURLOPT_USERAGENT, "git/2.0 (crema config-server)");
    SET(CURLOPT_HTTPHEADER, stream->headers);
    SET(CURLOPT_WRITEFUNCTION, take_bytes);
    SET(CURLOPT_WRITEDATA, stream);
    SET(CURLOPT_ERRORBUFFER, stream->detail);
    const char *authorities = getenv("SSL_CERT_FILE");
    if (authorities && *authorities)
        SET(CURLOPT_CAINFO, authorities);
    if (options->skip_ssl_validation) {
        SET(CURLOPT_SSL_VERIFYPEER, 0L);
        SET(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (*options->username && !stream->sub->elsewhere) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERNAME, options->username);
        SET(CURLOPT_PASSWORD, options->password);
    }
    if (stream->is_post) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)stream->out.len);
        SET(CURLOPT_POSTFIELDS, stream->out.data);
    }
#undef SET
    return ok ? 0 : fail(stream->sub, CR_ENOMEM, "libcurl refuses an option");
}

static int add_header(struct stream *stream, const char *line)
{
    struct curl_slist *more = curl_slist_append(stream->headers, line);
    if (!more)
        return fail(stream->sub, CR_ENOMEM, "out of memory");
    stream->headers = more;
    return 0;
}

static int start(struct stream *stream)
{
    CR_AUTO(cr_buf) url = {0};
    cr_buf_text(&url, stream->sub->base);
    cr_buf_text(&url, stream->is_post ? "/git-upload-pack" : refs_path);
    if (cr_buf_status(&url) < 0 || cr_buf_status(&stream->out) < 0)
        return fail(stream->sub, CR_ENOMEM, "out of memory");
    int rc = 0;
    if (stream->is_post) {
        rc = add_header(stream, "Content-Type: application/x-git-upload-pack-request");
        if (rc == 0)
            rc = add_header(stream, "Accept: application/x-git-upload-pack-result");
        if (rc == 0)
            rc = add_header(stream, "Expect:");
    }
    if (rc == 0)
        rc = set_options(stream, url.data);
    if (rc == 0 && curl_multi_add_handle(stream->sub->multi, stream->easy) != CURLM_OK)
        rc = fail(stream->sub, CR_ENOMEM, "libcurl refuses a transfer");
    stream->started = rc == 0;
    return rc;
}

/* --- what libgit2 calls --- */

static int stream_read(git_smart_subtransport_stream *parent, char *data, size_t size,
                       size_t *out_read)
{
    struct stream *stream = stream_of(parent);
    int rc = stream->started ? 0 : start(stream);
    if (rc == 0)
        rc = pull(stream);
    if (rc < 0)
        return rc;
    size_t len = stream->in.len < size ? stream->in.len : size;
    if (len > 0) {
        memcpy(data, stream->in.data, len);
        cr_buf_consume(&stream->in, len);
    }
    *out_read = len;
    return 0;
}

static int stream_write(git_smart_subtransport_stream *parent, const char *data, size_t len)
{
    struct stream *stream = stream_of(parent);
    if (stream->started)
        return fail(stream->sub, CR_EINTERNAL, "written after it was sent");
    cr_buf_append(&stream->out, data, len);
    return cr_buf_status(&stream->out) < 0 ? fail(stream->sub, CR_ENOMEM, "out of memory") : 0;
}

static void stream_free(git_smart_subtransport_stream *parent)
{
    struct stream *stream = stream_of(parent);
    if (stream->started)
        (void)curl_multi_remove_handle(stream->sub->multi, stream->easy);
    curl_easy_cleanup(stream->easy);
    curl_slist_free_all(stream->headers);
    cr_buf_free(&stream->out);
    cr_buf_free(&stream->in);
    free(stream);
}

static int sub_action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
                      const char *url, git_smart_service_t service)
{
    struct subtransport *sub = sub_of(parent);
    if (service != GIT_SERVICE_UPLOADPACK_LS && service != GIT_SERVICE_UPLOADPACK)
        return fail(sub, CR_EINVAL, "nothing is pushed from here");
    if (!sub->base)
        sub->base = strdup(url);
    struct stream *stream = calloc(1, sizeof(*stream));
    CURL *easy = curl_easy_init();
    if (!stream || !easy || !sub->base) {
        curl_easy_cleanup(easy);
        free(stream);
        return fail(sub, CR_ENOMEM, "out of memory");
    }
    stream->parent =
        (git_smart_subtransport_stream){parent, stream_read, stream_write, stream_free};
    stream->sub = sub;
    stream->easy = easy;
    stream->is_post = service == GIT_SERVICE_UPLOADPACK;
    *out = &stream->parent;
    return 0;
}

static int sub_close(git_smart_subtransport *parent)
{
    struct subtransport *sub = sub_of(parent);
    free(sub->base);
    sub->base = NULL;
    sub->elsewhere = false;
    return 0;
}

static void sub_free(git_smart_subtransport *parent)
{
    struct subtransport *sub = sub_of(parent);
    (void)sub_close(parent);
    (void)curl_multi_cleanup(sub->multi);
    free(sub);
}

static int sub_new(git_smart_subtransport **out, git_transport *owner, void *ctx)
{
    (void)owner;
    struct subtransport *sub = calloc(1, sizeof(*sub));
    CURLM *multi = curl_multi_init();
    if (!sub || !multi) {
        (void)curl_multi_cleanup(multi);
        free(sub);
        git_error_set_oom();
        return -1;
    }
    sub->parent = (git_smart_subtransport){sub_action, sub_close, sub_free};
    sub->options = ctx;
    sub->multi = multi;
    *out = &sub->parent;
    return 0;
}

int curl_subtransport_new(git_transport **out, git_remote *owner,
                          struct curl_subtransport_options *options)
{
    git_smart_subtransport_definition definition = {sub_new, 1, options};
    return git_transport_smart(out, owner, &definition);
}

/* asked: what the handlers have in common: checks, waiting, and answers to failures. */
#include "asked.h"

#include <stdio.h>

#include "cr_clock.h"
#include "cr_http_basic.h"
#include "cr_http_gzip.h"
#include "cr_log.h"
#include "cr_url.h"
#include "disposition.h"
#include "entity_tag.h"

#define RETRY_AFTER_S "5"

void asked_guard(struct cr_http_request *req)
{
    struct cr_slice path = cr_http_path(req), name = {0};
    struct cr_slice last = cr_slice_from(path, (size_t)(cr_slice_find_last(path, '/') + 1));
    (void)cr_slice_split(&last, ';', &name);
    if (cr_slice_find(name, '%') >= 0 && cr_url_decode(name, cr_http_arena(req), &name) < 0)
        return; /* the path is refused anyway */
    if (disposition_is_needed(path, name))
        cr_http_answer_header(req, "Content-Disposition", DISPOSITION);
}

void asked_tell_fetched(struct cr_http_request *req, int64_t fetched_wall_ms)
{
    char text[CR_RFC3339_SIZE];
    if (fetched_wall_ms == 0)
        return;
    cr_clock_rfc3339(fetched_wall_ms, text);
    cr_http_answer_header(req, "X-Config-Fetched", text);
}

/* Where the answer may be compressed its bytes may be others, so the tag is a weak one. */
bool asked_has(struct cr_http_request *req, const char *tag)
{
    char shown[ENTITY_TAG_SIZE + 2];
    bool weak = cr_http_gzip_accepted(cr_http_header(req, "Accept-Encoding"));
    if (!*tag)
        return false;
    (void)snprintf(shown, sizeof(shown), "%s%s", weak ? "W/" : "", tag);
    cr_http_answer_header(req, "ETag", shown);
    if (!entity_tag_is_listed(cr_http_header(req, "If-None-Match"), cr_slice_of(tag)))
        return false;
    cr_http_answer(req, 304, NULL, (struct cr_slice){0});
    return true;
}

void asked_refused(struct cr_http_request *req, int code, const struct cr_err *err)
{
    int status = code == CR_ENOTFOUND || code == CR_ELIMIT ? 404 : code == CR_ENOMEM ? 500 : 400;
    asked_guard(req);
    cr_http_problem(req, status, "%s", err->text);
}

/* An unknown label is 404, a remote repository that was never fetched 503, what stands in the files
 * 500, and what the form that was asked for cannot show 400. */
void asked_failed(struct asked *asked, int code, const struct cr_err *err)
{
    const struct config_request *request = &asked->request;
    struct cr_http_request *req = asked->req;
    struct cr_slice label = request->label.ptr ? request->label : CR_SLICE("null");
    asked_guard(req);
    if (code == CR_EINVAL)
        cr_log_warn(cr_log_get("config"), "config.unshown", "%.*s/%.*s: %s",
                    CR_SLICE_ARG(request->name), CR_SLICE_ARG(request->profiles), err->text);
    if (code == CR_ENOTFOUND || code == CR_EINVAL) {
        cr_http_problem(req, code == CR_EINVAL ? 400 : 404, "%s", err->text);
        return;
    }
    if (code == CR_EUNAVAILABLE) {
        cr_http_answer_header(req, "Retry-After", RETRY_AFTER_S);
        cr_http_problem(req, 503, "%s", err->text);
        return;
    }
    cr_http_problem(req, 500,
                    "Could not construct context for config=%.*s profile=%.*s label=%.*s "
                    "includeOrigin=%s: %s",
                    CR_SLICE_ARG(request->name), CR_SLICE_ARG(request->profiles),
                    CR_SLICE_ARG(label), asked->view.view == CONFIG_VIEW_V2 ? "true" : "false",
                    err->text);
}

static struct access_proof proof_of(const struct cr_http_request *req)
{
    return (struct access_proof){cr_http_header(req, "X-Config-Token"),
                                 cr_http_header(req, "Authorization")};
}

static void answer_stranger(struct cr_http_request *req, const char *text)
{
    asked_guard(req);
    cr_http_answer_header(req, "WWW-Authenticate", CR_HTTP_BASIC_CHALLENGE);
    cr_http_problem(req, 401, "%s", text);
}

bool asked_enters(struct cr_http_request *req, const struct config_site *site)
{
    const struct access_proof proof = proof_of(req);
    if (cr_http_standing(req) != CR_HTTP_STRANGER || access_is_known(&site->access, &proof))
        return true;
    answer_stranger(req, "This needs a user and a password (HTTP Basic), or a token");
    return false;
}

size_t asked_reader(struct cr_http_request *req, const struct config_site *site)
{
    const struct access_proof proof = proof_of(req);
    return access_reader(&site->access, &proof);
}

/* What belongs to those who know a token is not for the caches on the way, which do not know it. */
bool asked_may_read(struct asked *asked, struct cr_slice path)
{
    const struct config_site *site = asked->site;
    struct cr_http_request *req = asked->req;
    enum cr_http_standing standing = cr_http_standing(req);
    const struct access_proof proof = proof_of(req);
    if (site->access.count > 0 && !path.ptr)
        cr_http_answer_header(req, "Cache-Control", "private, no-cache");
    if (standing == CR_HTTP_KNOWN ||
        access_allows(&site->access, &proof, &asked->request, path, standing == CR_HTTP_STRANGER))
        return true;
    cr_log_info(site->log, "config.access", "%.*s is refused to %s: the token is missing or wrong",
                CR_SLICE_ARG(asked->request.name), cr_http_peer(req));
    answer_stranger(req, "This application's configuration needs its token: X-Config-Token "
                         "(spring.cloud.config.token), or the password of HTTP Basic");
    return false;
}

bool asked_new(struct cr_http_request *req, const struct config_site *site, size_t size,
               struct asked **out_asked)
{
    struct asked *asked = cr_arena_alloc(cr_http_arena(req), size);
    if (!asked) {
        cr_http_problem(req, 500, "out of memory");
        return false;
    }
    asked->req = req;
    asked->site = site;
    *out_asked = asked;
    return true;
}

bool asked_understand(struct asked *asked, struct cr_slice name, struct cr_slice profiles,
                      struct cr_slice label)
{
    struct cr_err err = {0};
    struct cr_arena *arena = cr_http_arena(asked->req);
    int rc = asked->site->settings->validate_profiles
                 ? config_request_parse(name, profiles, label, arena, &asked->request, &err)
                 : config_request_parse_any(name, profiles, label, arena, &asked->request, &err);
    if (rc < 0)
        asked_refused(asked->req, rc, &err);
    return rc == 0 && asked_may_read(asked, (struct cr_slice){0});
}

bool asked_resolves(struct asked *asked, bool *out_resolves)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"", true},       {"true", true}, {"on", true},  {"yes", true}, {"1", true},
        {"false", false}, {"off", false}, {"no", false}, {"0", false},
    };
    struct cr_slice text = cr_slice_trim(cr_http_query(asked->req, "resolvePlaceholders"));
    for (size_t i = 0; i < CR_COUNT(words); i++) {
        if (cr_slice_equal_nocase(text, cr_slice_of(words[i].word))) {
            *out_resolves = words[i].value;
            return true;
        }
    }
    asked_guard(asked->req);
    cr_http_problem(asked->req, 400,
                    "resolvePlaceholders=%.*s: one of true, on, yes, 1, false, off, no and 0",
                    CR_SLICE_ARG(cr_slice_sub(text, 0, 100)));
    return false;
}

static void waited(struct config_wait *wait)
{
    struct asked *asked = CR_CONTAINER(wait, struct asked, wait);
    asked->answer(asked);
}

void asked_answer(struct asked *asked, void (*answer)(struct asked *asked))
{
    asked->answer = answer;
    config_wait_init(&asked->wait, waited);
    if (!config_service_wait(asked->site->service, &asked->request, &asked->wait))
        answer(asked);
}

/* environment_routes: checks what is asked for and has the service write it. */
#include "environment_routes.h"

#include "cr_buf.h"
#include "flat_path.h"

static void answer(struct asked *asked)
{
    struct cr_err err = {0};
    struct config_answer made = {0};
    CR_AUTO(cr_buf) body = {0};
    int rc = config_service_answer(asked->site->service, &asked->request, &asked->view, &body,
                                   &made, &err);
    asked_tell_fetched(asked->req, made.fetched_wall_ms);
    if (rc < 0) {
        asked_failed(asked, rc, &err);
        return;
    }
    asked_guard(asked->req);
    if (asked->view.view == CONFIG_VIEW_V1 || asked->view.view == CONFIG_VIEW_V2)
        cr_http_answer_header(asked->req, "Vary", "Accept");
    if (asked_has(asked->req, made.tag))
        return;
    cr_http_answer_buf(asked->req, 200, config_view_type(asked->view.view), &body);
}

void environment_get(struct cr_http_request *req, const struct config_site *site,
                     const struct config_path *path, enum accept_form form)
{
    struct asked *asked;
    struct cr_slice label = {0};
    if (path->count > 2)
        label = path->segments[2];
    if (!asked_new(req, site, sizeof(*asked), &asked) ||
        !asked_understand(asked, path->segments[0], path->segments[1], label))
        return;
    asked->view.view = form == ACCEPT_ORIGINS ? CONFIG_VIEW_V2 : CONFIG_VIEW_V1;
    asked_answer(asked, answer);
}

void flat_get(struct cr_http_request *req, const struct config_site *site,
              const struct config_path *path)
{
    struct asked *asked;
    struct flat_path flat;
    struct cr_slice file = path->segments[path->count - 1], label = {0};
    if (path->count > 1)
        label = path->segments[0];
    if (!flat_path_split(file, &flat)) {
        cr_http_problem(req, 404,
                        "'%.*s' names nothing: a flat text is called "
                        "{name}-{profiles}.yml, .yaml, .properties or .json",
                        CR_SLICE_ARG(cr_slice_sub(file, 0, 100)));
        return;
    }
    if (!asked_new(req, site, sizeof(*asked), &asked) ||
        !asked_resolves(asked, &asked->view.resolve) ||
        !asked_understand(asked, flat.name, flat.profiles, label))
        return;
    asked->view.view = flat.view;
    asked->view.strip_document = site->settings->strip_document;
    asked_answer(asked, answer);
}

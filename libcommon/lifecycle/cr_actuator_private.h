/* cr_actuator_private: handlers and helpers that the files of the actuator share. */
#ifndef CR_ACTUATOR_PRIVATE_H
#define CR_ACTUATOR_PRIVATE_H

#include "cr_app_private.h"
#include "cr_http_request.h"

/* Answers JSON with the media type that the client asked for, Boot's own by default. */
void cr_actuator_json(struct cr_http_request *req, int status, struct cr_buf *body);

void cr_actuator_info(struct cr_http_request *req, void *ctx);
void cr_actuator_mappings(struct cr_http_request *req, void *ctx);
void cr_actuator_mappings_boot1(struct cr_http_request *req, void *ctx);

void cr_actuator_metrics(struct cr_http_request *req, void *ctx);
void cr_actuator_metric(struct cr_http_request *req, void *ctx);
void cr_actuator_metrics_boot1(struct cr_http_request *req, void *ctx);
void cr_actuator_prometheus(struct cr_http_request *req, void *ctx);

void cr_actuator_loggers(struct cr_http_request *req, void *ctx);
void cr_actuator_logger(struct cr_http_request *req, void *ctx);
void cr_actuator_set_logger(struct cr_http_request *req, void *ctx);

#endif

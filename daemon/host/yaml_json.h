/*
 * yaml_json: any value of a YAML document as JSON.
 *
 *     json_t *value;
 *     r = eh_yaml_json(in, node, &value);
 */
#ifndef EVENHAND_HOST_YAML_JSON_H
#define EVENHAND_HOST_YAML_JSON_H

#include <jansson.h>

#include "host/yaml_node.h"

#define EH_YAML_NODES_MAX 10000 /* values of a file that become JSON */
#define EH_YAML_DEPTH_MAX 12    /* lists and maps within each other */

/* A new reference. */
int eh_yaml_json(struct eh_yaml *, const yaml_node_t *, json_t **ret) EH_MUST_CHECK;

#endif

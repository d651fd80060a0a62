import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { ClusterView } from './service.ts';

const tags = ['cluster'];
const policy = may('cluster:manage');
/** What a node can answer that was to do something. */
const orderErrors = ['not_found', 'room_busy', 'room_moved', 'shutting_down', 'deadline'] as const;

export function clusterRoutes(cluster: ClusterView): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/cluster/nodes', {
      config: { policy },
      schema: { summary: 'The nodes that live, as they last said', tags, response: { 200: schemas.nodeList } },
      handler: async () => cluster.nodes(),
    });
    app.get('/cluster/rooms', {
      config: { policy },
      schema: { summary: 'The rooms that are open, on all nodes', tags, response: { 200: schemas.roomList } },
      handler: () => cluster.rooms(),
    });
    app.get('/cluster/queues', {
      config: { policy },
      schema: { summary: 'How much work waits', tags, response: { 200: schemas.queueList } },
      handler: () => cluster.queues(),
    });

    app.post('/cluster/nodes/:id/drain', {
      config: { policy, stepUp: true, errors: orderErrors },
      schema: {
        summary: 'Have a node open no more rooms and hand its rooms over; it goes on answering',
        tags,
        params: schemas.nodeParams,
        response: { 200: nothing },
      },
      handler: async (request) => {
        await cluster.drain(callerOf(request), request.params.id, true);
        return {};
      },
    });
    app.post('/cluster/nodes/:id/undrain', {
      config: { policy, stepUp: true, errors: orderErrors },
      schema: { summary: 'Have a node open rooms again', tags, params: schemas.nodeParams, response: { 200: nothing } },
      handler: async (request) => {
        await cluster.drain(callerOf(request), request.params.id, false);
        return {};
      },
    });
    app.post('/cluster/rooms/:id/move', {
      config: { policy, stepUp: true, errors: [...orderErrors, 'wrong_state'] },
      schema: {
        summary: 'Move a room to another node; its people come back there by themselves',
        tags,
        params: schemas.roomParams,
        body: schemas.move,
        response: { 200: schemas.moved },
      },
      handler: (request) => cluster.move(callerOf(request), request.params.id, request.body.nodeId),
    });
  };
}

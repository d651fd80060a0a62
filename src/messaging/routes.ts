import { BlockList } from 'node:net';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ApiError } from '#src/errors.ts';
import { callerOf, may, publicAccess } from '#src/plugins/policy.ts';
import type { DemoInbox } from './demo-inbox.ts';
import * as schemas from './schemas.ts';
import type { Messaging } from './service.ts';

const tags = ['messages'];
const see = may('notifications:send');
const manage = may('messages:manage');

export function messageRoutes(messaging: Messaging): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/messages/deliveries', {
      config: { policy: see },
      schema: {
        summary: 'Text messages and mails with what became of them',
        tags,
        querystring: schemas.deliveryQuery,
        response: { 200: schemas.deliveryList },
      },
      handler: (request) => messaging.deliveries(request.query),
    });

    app.post('/messages/deliveries/:id/resend', {
      config: { policy: manage, errors: ['not_found', 'wrong_state'] },
      schema: {
        summary: 'Send a message again that failed, or of which nobody knows; it may arrive twice then',
        tags,
        params: schemas.deliveryParams,
        response: { 200: schemas.done },
      },
      handler: async (request) => {
        await messaging.resend(request.params.id);
        return {};
      },
    });

    app.get('/messages/statistics', {
      config: { reads: 'replica', policy: see },
      schema: {
        summary: 'How many messages were sent, delivered, read and failed',
        tags,
        querystring: schemas.statisticsQuery,
        response: { 200: schemas.statisticsView },
      },
      handler: (request) => messaging.statistics(request.query),
    });

    await app.register(templateRoutes(messaging.templates));
    if (messaging.inbox) await app.register(demoRoutes(messaging.inbox));
  };
}

function templateRoutes(templates: Messaging['templates']): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/messages/templates', {
      config: { policy: manage },
      schema: { summary: 'Words of every message', tags, response: { 200: schemas.templateList } },
      handler: async () => ({ items: templates.list() }),
    });

    app.put('/messages/templates/:name/:locale', {
      config: { policy: manage, errors: ['bad_template', 'conflict'] },
      schema: {
        summary: 'Change the words of a message; a new text message makes its codes at providers void',
        tags,
        params: schemas.templateParams,
        body: schemas.templateChange,
        response: { 200: schemas.templateView },
      },
      handler: (request) => {
        const { name, locale } = request.params;
        const { version, title, text, sms, action } = request.body;
        return templates.change(callerOf(request).userId, name, locale, { title, text, sms, ...(action && { action }) }, version);
      },
    });

    app.delete('/messages/templates/:name/:locale', {
      config: { policy: manage },
      schema: { summary: 'Take the built-in words again', tags, params: schemas.templateParams, response: { 200: schemas.templateView } },
      handler: (request) => templates.reset(request.params.name, request.params.locale),
    });

    app.put('/messages/templates/:name/:locale/codes/:provider', {
      config: { policy: manage },
      schema: {
        summary: 'Store the code under which a provider has approved the text message',
        tags,
        params: schemas.codeParams,
        body: schemas.codeChange,
        response: { 200: schemas.templateView },
      },
      handler: (request) => {
        const { name, locale, provider } = request.params;
        return templates.setCode(name, locale, provider, request.body.code);
      },
    });

    app.delete('/messages/templates/:name/:locale/codes/:provider', {
      config: { policy: manage },
      schema: { summary: 'Forget the code of a provider', tags, params: schemas.codeParams, response: { 200: schemas.templateView } },
      handler: (request) => {
        const { name, locale, provider } = request.params;
        return templates.setCode(name, locale, provider, null);
      },
    });
  };
}

const ownMachine = new BlockList();
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4');
ownMachine.addAddress('::1', 'ipv6');

/** Whoever reads these messages can sign in as anybody: for people at the machine itself, and never in production. */
function demoRoutes(inbox: DemoInbox): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/demo/inbox', {
      config: { policy: publicAccess, errors: ['forbidden'] },
      schema: {
        summary: 'Messages that a demo without providers did not send; only on the machine itself',
        tags,
        response: { 200: schemas.demoInbox },
      },
      handler: async (request) => {
        const address = request.ip.replace(/^::ffff:/, '');
        // Behind a proxy that nobody told us of, everybody comes from this machine.
        const relayed = request.headers['x-forwarded-for'] !== undefined;
        if (relayed || !ownMachine.check(address, address.includes(':') ? 'ipv6' : 'ipv4')) throw new ApiError('forbidden');
        return { items: inbox.all().map((message) => ({ ...message, at: message.at.toISOString() })) };
      },
    });
  };
}

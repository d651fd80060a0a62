/** HTML around the words of a mail. Styles are inline and simple, because mail programs know little else. */
export const layout = `<!doctype html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}}</title>
</head>
<body style="margin:0;padding:24px;background:#f5f5f5;font-family:sans-serif;color:#1f1f1f">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
<h1 style="font-size:20px;margin:0 0 16px">{{title}}</h1>
{{#each paragraphs}}
<p style="font-size:16px;line-height:1.6;margin:0 0 12px">{{this}}</p>
{{/each}}
{{#if button}}
<p style="margin:24px 0 12px"><a href="{{button.href}}" style="padding:10px 20px;background:#1677ff;color:#ffffff;border-radius:6px;text-decoration:none">{{button.label}}</a></p>
{{/if}}
<p style="font-size:13px;color:#8c8c8c;margin:24px 0 0">{{clinic}}</p>
</div>
</body>
</html>
`;

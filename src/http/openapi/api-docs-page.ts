// The contract as plain HTML, generated from the OpenAPI document. It has no scripts and no inline styles, so
// the site's strict Content-Security-Policy applies to it as well.

interface Operation {
  tags?: string[]
  summary?: string
  description?: string
  parameters?: Array<{ name: string, in: string, required?: boolean, description?: string, schema?: unknown }>
  requestBody?: { content?: Record<string, { schema?: unknown }> }
  responses?: Record<string, { description?: string, content?: Record<string, { schema?: unknown }> }>
}

/** The parts of an OpenAPI 3.1 document that the page shows. */
export interface Contract {
  info: { title: string, version: string, description?: string }
  paths?: Record<string, Record<string, Operation>>
}

/** The icon of the site. Without one, browsers ask for `/favicon.ico` and report that it is missing. */
export const API_DOCS_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect width="32" height="32" rx="7" fill="#1d5bbf"/>' +
  '<path d="M8 23V14m5.3 9V9m5.4 14v-6m5.3 6v-11" stroke="#fff" stroke-width="3" ' +
  'stroke-linecap="round"/></svg>'

/** The page as HTML. `address` is the address of the service, for the example. */
export function apiDocsPage ({ info, paths = {} }: Contract, address: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation,
    }))
  )
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))]
  const sections = tags.map((tag) =>
    `<h2>${escape(tag)}</h2>\n${
      operations.filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === tag)
        .map(({ path, method, operation }) => section(path, method, operation)).join('\n')
    }`
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API</title><link rel="icon" href="docs/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="docs/style.css"></head>
<body><main>
<h1>${escape(info.title)} API ${escape(info.version)}</h1>
<p>${escape(info.description ?? '')} This page as data: <a href="openapi.json">openapi.json</a>.</p>
<p>Send an API token with every request. An administrator creates one with
<code>perfbook token create EMAIL</code>. A token has the rights of that person, and no more.
The site itself uses the session cookie that sign-in sets.</p>
<pre>curl -H 'Authorization: Bearer pb_…' ${escape(address)}/api/courses</pre>
${sections.join('\n')}
</main></body>
</html>
`
}

function section (
  path: string,
  method: string,
  { summary = '', description, parameters = [], requestBody, responses = {} }: Operation
): string {
  const rows = parameters.map((one) =>
    `<tr><td><code>${escape(one.name)}</code></td><td>${escape(one.in)}${
      one.required === true ? ', required' : ''
    }</td><td>${escape(one.description ?? '')}${schemaOf(one.schema)}</td></tr>`
  )
  const answers = Object.entries(responses).map(([status, response]) =>
    `<tr><td>${escape(status)}</td><td>${escape(response.description ?? '')}${
      contentOf(response.content)
    }</td></tr>`
  )
  return `<details><summary><b>${escape(method.toUpperCase())}</b> <code>${escape(path)}</code> ${
    escape(summary)
  }</summary>
${description === undefined ? '' : `<p>${escape(description)}</p>`}
${rows.length === 0 ? '' : `<h3>Parameters</h3><table>${rows.join('')}</table>`}
${requestBody === undefined ? '' : `<h3>Body</h3>${contentOf(requestBody.content)}`}
<h3>Responses</h3><table>${answers.join('')}</table>
</details>`
}

function contentOf (content: Record<string, { schema?: unknown }> = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<div>${escape(type)}</div>${schemaOf(schema)}`)
    .join('')
}

function schemaOf (schema: unknown): string {
  return schema === undefined
    ? ''
    : `<pre>${escape(JSON.stringify(schema, null, 2))}</pre>`
}

function escape (text: string): string {
  return text.replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export const API_DOCS_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: auto; padding: 1rem }
details { border: 1px solid #8888; border-radius: 4px; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer } td { vertical-align: top; padding: .2rem .8rem .2rem 0 }
pre { max-height: 20rem; overflow: auto; background: #8881; padding: .5rem }
`

// Package web counts the requests of a web service, and shows where they are from on a page.
//
//	m, err := monitor.New(table, monitor.Options{Notify: report})
//	...
//	observer, err := web.New(m, web.Options{Proxies: web.Proxies{Trusted: proxies}})
//	...
//	go observer.Run(ctx)
//	http.ListenAndServe(":8080", observer.Middleware(site))
//
// and, at an address that only operators reach:
//
//	mux.Handle("GET /whence", observer.Handler(web.Page{}))
//
// docs/WEB.md has a table of proxies and their headers, and explains the codes.
//
// # Whose address
//
// A header is text that anybody can send. It says who a client is only if your own proxy wrote
// it. So headers are read only if the peer of the connection is in Proxies.Trusted, and only
// the one header that Proxies.Header names.
//
// X-Forwarded-For and Forwarded (RFC 7239) are lists. Each proxy appends the address that it
// was called from. They are read from the right end, which your own proxies wrote, up to the
// first address that is not in Trusted. What stands to the left may be invented. Whoever takes
// the left end, as many do, lets clients choose the address that they are counted under.
//
// Other headers, such as CF-Connecting-IP, X-Real-IP and True-Client-IP, hold one address.
// They are safe only if every trusted peer overwrites them. A proxy that passes them on lets
// clients choose, too. Prefer X-Forwarded-For, with all your proxies and your CDN in Trusted,
// unless your CDN is the peer itself.
//
// Trust no more networks than your proxies are in. In a network that is trusted and has other
// hosts, each of these can invent clients. A CDN publishes its networks; keep the list current.
//
// A request whose client is not known is a lost record ([attribution.LostUnread]), which
// verdicts allow for. It never counts for the proxy, whose country would be blamed. Only a
// trusted proxy with a private address that sends no header counts as itself, as the checks of
// load balancers do.
//
// # Handshakes
//
// The peer of a connection has completed a handshake with this server, so that its address is
// not forged: Flow.Handshake is true. An address that a proxy told proves none here, and
// Flow.Handshake is false. If you answer for your proxies as for yourself, set
// [attribution.Options].AssumeHandshake in the monitor's Tally.
//
// # Targets
//
// A target is the path of a request, the first 256 bytes of it. [Host] and [Pattern] are other
// choices, and a function of yours is a third. The monitor tracks the busiest ones,
// [monitor.Options].Targets of them, whatever clients ask for. Patterns are the best choice for
// a site whose paths hold names or numbers.
//
// # Nothing waits
//
// A request finds its client, takes a lock for some nanoseconds, and puts an event into a
// queue. [Observer.Run] hands the queue to the monitor 20 times a second, or when it is half
// full, and calls [monitor.Monitor.Advance] each second. So you need no ticker of your own. If
// the monitor cannot keep up, as while Notify waits for something, the queue gets full. Further
// requests are then served as ever, and not counted. They are dropped records of their target:
// verdicts allow for them, [Observer.Stats] has their number, and the page shows it.
//
// # The page
//
// [Observer.Handler] shows the requests of the last hour by country, bursts that run and that
// have ended, the busiest targets, what was dropped, and the age of the database. It is HTML,
// text, JSON, Markdown or CSV, by Accept or by ?format=html, text, json, md or csv. Words are
// in the best match of Accept-Language, or in that of ?lang=fr.
//
//   - ?claim=majority+RU adds a verdict, on the hour and on each burst. It may be repeated.
//   - ?show=report is a brief of the hour, ?show=7 of burst 7, and ?show=bursts of all.
//
// One page is made at a time. That takes some milliseconds, or up to a second if very many
// sources came.
//
// # Concurrency
//
// All methods may be called by any number of goroutines. Do not call [Observer.Flush] from
// Notify, which runs within it.
//
// # Performance
//
// On a busy machine, a request costs 0.3 to 0.8 microseconds on its way, without an allocation,
// and about one in the background. [Pattern] takes one to three more. The queue has 16,384
// places, which take 4 MB once it was full.
// BenchmarkMiddleware measures both parts.
//
// # Security
//
// The page shows how busy the site is, what clients ask for, and who is attacked. It has no
// password of its own: put it behind your authentication, or at an address of its own. It has
// no address of a client but in targets that are addresses. Names that clients choose are
// escaped and cut. It runs no script and fetches nothing, and a Content-Security-Policy says
// so. Nothing of it may be stored (Cache-Control: no-store).
package web

package config

// Mail is how e-mail is sent: by a server that takes it from the bot.
type Mail struct {
	// Server is its address, "host:port". Default: "", no mail is sent.
	Server string `toml:"server" default:"" form:"host:port"`
	// TLS is how the way there is encrypted: "starttls", "tls" from the first byte, or "none" to this machine.
	// Default: "starttls".
	TLS string `toml:"tls" default:"starttls" oneof:"starttls tls none"`
	// Username is the account at the server. Default: "", it wants none.
	Username string `toml:"username" default:"" form:"line" limits:"..200"`
	// Password is that of the account. Default: "".
	Password Secret `toml:"password" default:""`
	// From is the address that mail comes from. Default: ""; needed with a server.
	From string `toml:"from" default:"" form:"email"`
}

// mailto begins an escalate_url that is an e-mail address.
const mailto = "mailto:"

// mail checks that mail can be sent, and that it can where somebody is to get one.
func (k *checker) mail() {
	m := &k.c.Mail
	if m.Server == "" && !k.broken(&m.Server) {
		k.unmailed()
		return
	}
	if m.TLS == "none" && k.given(&m.TLS) && k.given(&m.Server) && beyondThisMachine(m.Server) {
		k.refuse(&m.TLS, problem{"would show mail and password to everybody on the way", "use starttls or tls; none is for a server on this machine"})
	}
	if m.From == "" && k.given(&m.Server) && !k.broken(&m.From) {
		k.refuse(&m.Server, problem{"has nobody to send as", "add from, such as belltower@example.edu"})
	}
	switch {
	case m.Username != "" && !m.Password.IsSet() && !k.broken(&m.Password):
		k.refuse(&m.Username, problem{"has no password", "add password, or leave username out"})
	case m.Username == "" && m.Password.IsSet() && !k.broken(&m.Username):
		k.refuse(&m.Password, problem{"is of no account", "add username, or leave password out"})
	}
}

// unmailed reports who would get mail, where no server takes any.
func (k *checker) unmailed() {
	const hint = "give server and from in [mail]"
	if _, written := k.c.Cadence.MailTo(); written && k.given(&k.c.Cadence.EscalateURL) {
		k.refuse(&k.c.Cadence.EscalateURL, problem{"cannot be written to: no server takes mail", hint})
	}
	for i := range k.c.Contacts {
		c := &k.c.Contacts[i]
		if c.Role == "technical" && c.Who.Email != "" && k.given(&c.Who) {
			k.refuse(&c.Who, problem{"cannot be written to: no server takes mail", hint})
		}
	}
}

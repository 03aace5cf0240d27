package wording

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// stories are one for each kind of announcement, and for each way posts differ.
func stories(t *testing.T, in Context) map[string]*story {
	began := func(hm string) time.Time { return beginIn(t, in).at(hm).now }
	return map[string]*story{
		"declared ready":   beginIn(t, in).learnDown(),
		"declared typed":   beginIn(t, in).loginFails(),
		"declared several": beginIn(t, in).declare(desk.Declaration{Services: affected("learn", "portal:partial_outage", "mail:operational", "wifi"), Impact: desk.Minor}),
		"declared many":    beginIn(t, in).declare(desk.Declaration{Services: affected("learn", "portal", "mail", "wifi", "print", "library"), Impact: desk.Critical, Title: "Power is off in the data centre"}),
		"drill":            beginIn(t, in).declare(desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Drill: true}),
		"updated":          beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is full. We are making room."),
		"updated long":     beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "Two things are wrong:\n1. a disk is full\n2. the spare did not start"),
		"updated thrice": beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is full.").
			at("4:20").update("", "We are making room.").at("4:31").update(desk.Monitoring, "Login works for most people."),
		"worsened": func() *story {
			s := beginIn(t, in).loginFails().at("4:05")
			return s.take(s.inc.SetImpact(desk.Critical, s.act()))
		}(),
		"eased": func() *story {
			s := beginIn(t, in).learnDown().at("4:40")
			return s.take(s.inc.SetImpact(desk.Minor, s.act()))
		}(),
		"changed": func() *story {
			s := beginIn(t, in).learnDown().at("4:05")
			eased, err := s.inc.SetImpact(desk.Minor, s.act())
			if err != nil {
				t.Fatal(err)
			}
			text, err := eased.Incident.Reword(desk.Entry{Seq: 1, Kind: desk.Declared, Update: 1, Text: in.ReadyText()}, s.typed("Only videos do not play."), s.act())
			text.Announce = desk.Together([]desk.Change{eased, text})
			return s.take(text, err)
		}(),
		"services": func() *story {
			s := beginIn(t, in).learnDown().at("4:05")
			return s.take(s.inc.SetServices(desk.Rescope{Add: affected("portal")}, s.act()))
		}(),
		"title": func() *story {
			s := beginIn(t, in).learnDown().at("4:05")
			return s.take(s.inc.SetTitle(s.typed("Login fails for everyone"), s.act()))
		}(),
		"times": func() *story {
			s := beginIn(t, in).learnDown().at("4:31")
			return s.take(s.inc.SetBegan(began("3:55").Add(-15*time.Minute), s.act()))
		}(),
		"edited": func() *story {
			s := beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is fall.").at("4:31")
			return s.take(s.inc.Reword(desk.Entry{Seq: 2, Kind: desk.Updated, Update: 2, Text: s.typed("A disk is fall.")}, s.typed("A disk is full."), s.act()))
		}(),
		"lead": func() *story {
			s := beginIn(t, in).learnDown().at("4:05")
			return s.take(s.inc.SetLead(desk.Person{Connection: "lowell", ID: "9912"}, s.act()))
		}(),
		"resolved ready": beginIn(t, in).learnDown().at("4:31").resolve(""),
		"resolved typed": beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is full.").at("4:31").resolve("There is room on the disk again."),
		"over midnight":  beginIn(t, in).at("23:50").learnDown().at("0:10").update(desk.Identified, "The network is cut at the lab.").at("1:00").resolve(""),
		"reopened": func() *story {
			s := beginIn(t, in).learnDown().at("4:31").resolve("").at("4:44")
			return s.take(s.inc.Reopen(s.typed("The disk is full once more."), s.act()))
		}(),
		"retracted": func() *story {
			s := beginIn(t, in).learnDown().at("3:57")
			return s.take(s.inc.Retract(s.typed("It was the test system."), s.act()))
		}(),
		"retracted silently": func() *story {
			s := beginIn(t, in).learnDown().at("3:57")
			return s.take(s.inc.Retract("", s.act()))
		}(),
		"verifying":  beginIn(t, in).loginFails().at("4:12").end("There is room on the disk again."),
		"tests fail": beginIn(t, in).loginFails().at("4:12").end("").at("4:20").fail("login page", "course search"),
		"not yet": func() *story {
			s := beginIn(t, in).loginFails().at("4:12").end("").at("4:14")
			return s.take(s.inc.Reopen("", s.act()))
		}(),
		"verified": func() *story {
			s := beginIn(t, in).loginFails().at("4:12").end("There is room on the disk again.").at("4:14")
			return s.take(s.inc.Passed(s.act()))
		}(),
		"verified ready": func() *story {
			s := beginIn(t, in).learnDown().at("4:12").end("").at("4:14")
			return s.take(s.inc.Passed(s.act()))
		}(),
		"verified several": func() *story {
			s := beginIn(t, in).declare(desk.Declaration{Services: affected("learn", "portal"), Impact: desk.Critical}).at("4:12").end("").at("4:14")
			return s.take(s.inc.Passed(s.act()))
		}(),
		"untested": func() *story {
			s := beginIn(t, in).loginFails().at("4:12").end("").at("4:20").fail("login page").at("4:22")
			return s.take(s.inc.End(desk.Ending{Text: s.inc.Verify.Text, Untested: true}, proving(), s.act()))
		}(),
		"merged":   merging(t, in, false),
		"absorbed": merging(t, in, true),
	}
}

// merging folds an incident about the portal (42) into one about Learn (41).
func merging(t *testing.T, in Context, into bool) *story {
	s := beginIn(t, in).declare(desk.Declaration{Services: affected("portal"), Impact: desk.Minor}).at("4:20")
	other, err := desk.Declare(41, desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Title: in.ReadyTitle(affected("learn")), Text: in.ReadyText()}, s.act())
	if err != nil {
		t.Fatal(err)
	}
	s.at("4:25")
	from, absorbed, err := desk.Merge(s.inc, other.Incident, s.act())
	if into {
		s.said, s.inc = []*desk.Announcement{other.Announce}, other.Incident
		return s.take(absorbed, err)
	}
	return s.take(from, err)
}

// typedIn is what people type, in the language of a campus.
func typedIn(t testing.TB, in Context, english string) string {
	if in.Language == nil || english == "" {
		return english
	}
	own, ok := spoken()[english]
	if !ok {
		t.Errorf("nobody types %q in %s", english, in.Language.Code)
	}
	return own
}

// spoken is what people type in the stories, in Spanish.
func spoken() map[string]string {
	return map[string]string{
		"Login fails for everyone":            "Nadie puede iniciar sesión",
		"Login and courses fail":              "Fallan el inicio de sesión y los cursos",
		"The login page shows an error.":      "La página de inicio de sesión muestra un error.",
		"Power is off in the data centre":     "No hay luz en el centro de datos",
		"A disk is full.":                     "Un disco está lleno.",
		"A disk is fall.":                     "Un disco está yeno.",
		"A disk is full. We are making room.": "Un disco está lleno. Estamos haciendo sitio.",
		"The disk is full once more.":         "El disco está lleno otra vez.",
		"We are making room.":                 "Estamos haciendo sitio.",
		"Login works for most people.":        "Casi todos pueden iniciar sesión.",
		"There is room on the disk again.":    "Hay sitio de nuevo en el disco.",
		"The network is cut at the lab.":      "La red está cortada en el laboratorio.",
		"Only videos do not play.":            "Solo fallan los vídeos.",
		"It was the test system.":             "Era el sistema de pruebas.",
		"New database":                        "Base de datos nueva",
		"We move to faster machines.":         "Nos mudamos a máquinas más rápidas.",
		"The vendor is not ready.":            "El proveedor no está listo.",
		"The database does not come back.":    "La base de datos no vuelve.",
		"All went well.":                      "Todo fue bien.",
		"Holidays":                            "Vacaciones",
		"Please treat this time as lab closed: no exams, no course meetings.": "Por favor, cuente con el laboratorio cerrado: sin exámenes ni clases.",
		"It works.": "Funciona.",
		"Two things are wrong:\n1. a disk is full\n2. the spare did not start":                   "Hay dos fallos:\n1. un disco está lleno\n2. el de reserva no arrancó",
		"Work of the last minutes may not be saved. If you are in an exam, keep this page open.": "Puede que no se guarde el trabajo de los últimos minutos. Si está en un examen, deje abierta esta página.",
		"Mail is kept and comes later. You need not send it again.":                              "El correo se guarda y llega más tarde. No hace falta que lo envíe otra vez.",
	}
}

package statuspage

import (
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func spanish() words {
	months := [...]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}
	day := func(t time.Time) string { return fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1]) }
	return words{
		own: "Español",
		Label: labels{
			Language:    "Idioma",
			Open:        "Incidentes abiertos",
			Services:    "Servicios",
			Recent:      "Resuelto en los últimos 14 días",
			Affected:    "De qué se trata",
			News:        "Lo que hemos dicho",
			NoRecent:    "No ha fallado nada en los últimos 14 días.",
			Older:       "Mensajes anteriores",
			Whole:       "Todos los servicios",
			NoProblem:   "No hubo tal problema. Lamentamos las molestias.",
			NotFoundWhy: "Puede que la dirección esté mal escrita. La página de estado dice qué funciona y qué no.",
		},
		title:      "Estado de los servicios de {}",
		others:     "Otros servicios",
		allWell:    "Todos los servicios funcionan.",
		noServices: "Todavía no hay servicios en esta página.",
		watching:   "Seguimos de cerca algo que falló.",
		began:      "Empezó el {}.",
		beganAgain: "Empezó el {}, y de nuevo el {}.",
		fromTo:     "{}: {} – {}",
		lasted:     "{} ({}).",
		promise:    "Próximo aviso, a más tardar: {}.",
		noPromise:  "Volveremos a informar en cuanto sepamos más.",
		corrected:  "corregido: {}",
		reopened:   "Abierto de nuevo",
		gotWorse:   "Ha empeorado. Antes: {}; ahora: {}.",
		gotBetter:  "Ha mejorado. Antes: {}; ahora: {}.",
		was:        "Corrección: {}. Habíamos dicho: {}.",
		rescoped:   "Corrección: se trata de {}. Antes habíamos nombrado {}.",
		oneProblem: "Es el mismo problema que otro del que informamos.",
		nowAbout:   "Se trata de {}.",
		titleFixed: "Hemos corregido el título.",
		timesFixed: "Hemos corregido cuándo empezó o terminó.",
		mistake:    "No haga caso de nuestro mensaje sobre {}: fue un error.",
		notFound:   "Esta página no existe.",
		asOf:       "Así estaba el {}.",
		zoneIs:     "Todas las horas son de la zona {}.",
		states:     spanishStates(),
		and:        " y ",
		more:       [2]string{"1 servicio más", "{} servicios más"},
		day:        day,
		year:       func(t time.Time) string { return fmt.Sprintf("%s %d", day(t), t.Year()) },
		clock: func(t time.Time) string {
			return t.Format("3:04 ") + map[bool]string{true: "a. m.", false: "p. m."}[t.Hour() < 12]
		},
		at:    "{}, {}",
		units: [4][2]string{{"1 día", "{} días"}, {"1 hora", "{} horas"}, {"1 minuto", "{} minutos"}, {"1 segundo", "{} segundos"}},
	}
}

func spanishStates() states {
	return states{
		status: map[desk.ServiceStatus]string{
			desk.Operational:         "funciona",
			desk.UnderMaintenance:    "trabajo planificado",
			desk.DegradedPerformance: "con lentitud",
			desk.PartialOutage:       "disponible solo en parte",
			desk.MajorOutage:         "no disponible",
		},
		is: map[desk.ServiceStatus][2]string{
			desk.Operational:         {"{} funciona", "{} funcionan"},
			desk.UnderMaintenance:    {"{} tiene trabajo planificado", "{} tienen trabajo planificado"},
			desk.DegradedPerformance: {"{} funciona con lentitud", "{} funcionan con lentitud"},
			desk.PartialOutage:       {"{} está disponible solo en parte", "{} están disponibles solo en parte"},
			desk.MajorOutage:         {"{} no está disponible", "{} no están disponibles"},
		},
		went: map[desk.ServiceStatus][2]string{
			desk.Operational:         {"{} funcionaba", "{} funcionaban"},
			desk.UnderMaintenance:    {"{} tuvo trabajo planificado", "{} tuvieron trabajo planificado"},
			desk.DegradedPerformance: {"{} funcionó con lentitud", "{} funcionaron con lentitud"},
			desk.PartialOutage:       {"{} estuvo disponible solo en parte", "{} estuvieron disponibles solo en parte"},
			desk.MajorOutage:         {"{} no estuvo disponible", "{} no estuvieron disponibles"},
		},
		phase: map[desk.IncidentStatus]string{
			desk.Investigating: "Investigando",
			desk.Identified:    "Causa identificada",
			desk.Monitoring:    "En observación",
			desk.Resolved:      "Resuelto",
		},
	}
}

import { Select } from '@mantine/core'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useMe } from '@/parts/me'
import { sectionsFor } from './sections'
import classes from './SettingsShell.module.css'

/** The frame of the settings: what there is, and the section that is open. */
export default function SettingsShell() {
  const groups = sectionsFor(useMe())
  const { pathname } = useLocation()
  const navigate = useNavigate()
  // A page about one person or group lies below the list that it is from.
  const open = groups.flatMap(({ sections }) => sections).find(({ path }) => `${pathname}/`.startsWith(`${path}/`))
  return (
    <div className={classes.shell}>
      <nav aria-label="Settings" className={classes.nav}>
        {groups.map(({ group, sections }) => (
          <section key={group} aria-label={group}>
            <h2 className={classes.group}>{group}</h2>
            {sections.map((section) => (
              <Link key={section.path} to={section.path} className={classes.link}>
                {section.label}
              </Link>
            ))}
          </section>
        ))}
      </nav>
      <div className={classes.choice}>
        <Select
          aria-label="Section of the settings"
          allowDeselect={false}
          value={open?.path ?? null}
          data={groups.map(({ group, sections }) => ({
            group,
            items: sections.map(({ path, label }) => ({ value: path, label })),
          }))}
          onChange={(path) => path && void navigate({ to: path })}
        />
      </div>
      <div className={classes.content}>
        <Outlet />
      </div>
    </div>
  )
}

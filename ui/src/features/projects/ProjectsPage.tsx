import { Button, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { projectsQuery } from '@/api/queries';
import type { FieldProblem, Project } from '@/api/types';
import { useOrganization } from '@/app/scope';
import { CopyButton } from '@/components/CopyButton';
import { type Column, DataTable } from '@/components/DataTable';
import { Dialog } from '@/components/Dialog';
import form from '@/components/Form.module.css';
import { problemAt } from '@/components/formErrors';
import { GuardedButton } from '@/components/GuardedButton';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { keyFrom, keyPattern } from '@/features/flags/newFlag';
import { usePlan } from '@/features/plan';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import { settingsText } from '@/text/settings';

export function ProjectsPage() {
  const { organization, can } = useOrganization();
  const projects = useQuery(projectsQuery(organization));
  const [creating, setCreating] = useState(false);
  useTitle(settingsText.projectsTitle, organization);
  const columns: Column<Project>[] = [
    {
      key: 'name',
      title: settingsText.projectName,
      cell: (project) => (
        <Link to="/o/$org/p/$project/flags" params={{ org: organization, project: project.key }} search={{}}>
          {project.name || project.key}
        </Link>
      ),
    },
    {
      key: 'key',
      title: settingsText.projectKey,
      cell: (project) => (
        <span className={form.row}>
          <code>{project.key}</code>
          <CopyButton value={project.key} what={`${settingsText.projectKey} ${project.key}`} />
        </span>
      ),
    },
    {
      key: 'description',
      title: settingsText.projectDescription,
      cell: (project) => project.description || '–',
    },
  ];
  return (
    <>
      <PageHeader title={settingsText.projectsTitle} text={settingsText.projectsText}>
        <GuardedButton
          allowed={can('project.create')}
          permission="project.create"
          onClick={() => setCreating(true)}
        >
          {settingsText.newProject}
        </GuardedButton>
      </PageHeader>
      {projects.isPending && <ListSkeleton rows={4} />}
      {projects.isError && (
        <ErrorPanel
          error={projects.error}
          what={settingsText.projectsWhat}
          retry={() => void projects.refetch()}
        />
      )}
      {projects.data?.length === 0 && (
        <EmptyState title={settingsText.projectsEmpty} text={settingsText.projectsEmptyText} />
      )}
      {projects.data && projects.data.length > 0 && (
        <DataTable
          caption={settingsText.projectsTitle}
          columns={columns}
          rows={projects.data}
          rowKey={(project) => project.key}
        />
      )}
      {creating && <NewProject onClose={() => setCreating(false)} />}
    </>
  );
}

function NewProject({ onClose }: { onClose: () => void }) {
  const { organization } = useOrganization();
  const { openPlan } = usePlan();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string>();
  const [description, setDescription] = useState('');
  const [complained, setComplained] = useState(false);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [busy, setBusy] = useState(false);
  const key = ownKey ?? keyFrom(name);
  const wrong = keyPattern.test(key) ? undefined : flagsText.newKeyRule;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setComplained(true);
    if (wrong || busy) return;
    setBusy(true);
    const result = await openPlan({
      organization,
      changes: [
        {
          project: {
            create: { key, name: name.trim() || undefined, description: description.trim() || undefined },
          },
        },
      ],
      title: settingsText.newProjectTitle,
      done: settingsText.projectDone(key),
      onProblems: (found) => {
        setProblems(found);
        return true;
      },
    });
    setBusy(false);
    if (result.outcome === 'cancelled') return;
    onClose();
    await navigate({
      to: '/o/$org/p/$project/flags',
      params: { org: organization, project: key },
      search: {},
    });
  };
  return (
    <Dialog onClose={onClose} title={settingsText.newProjectTitle} size={480}>
      <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          data-autofocus
          label={settingsText.projectName}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={settingsText.projectKey}
          description={settingsText.projectKeyHelp}
          classNames={{ input: form.mono }}
          value={key}
          error={(complained ? wrong : undefined) ?? problemAt(problems, 'key')}
          onChange={(event) => {
            setProblems([]);
            setOwnKey(event.currentTarget.value);
          }}
        />
        <Textarea
          label={settingsText.projectDescription}
          autosize
          minRows={1}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {settingsText.createProject}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>The skill of a turn whose client named none.</summary>
internal static class SkillChoice
{
    public static Skill Of(PostTurnCommand command, bool dialogueHasPictures) => command.Skill switch
    {
        not Skill.Unspecified => command.Skill,
        _ when string.IsNullOrWhiteSpace(command.Text) => Skill.Describe,
        _ when command.ImageIds.Count > 0 || dialogueHasPictures => Skill.Answer,
        _ => Skill.Chat,
    };
}

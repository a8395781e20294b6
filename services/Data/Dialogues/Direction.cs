namespace MultiModalMesh.Data.Dialogues;

internal enum Direction { Left, Right, Above, Below }

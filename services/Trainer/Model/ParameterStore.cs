using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Model;

/// <summary>
/// All parameters as views of one flat buffer, and their gradients of another, so that one pass over memory updates, clips or saves everything.
/// Declare every parameter, then <see cref="Freeze"/>; buffers that no gradient changes (running statistics) are kept beside.
/// </summary>
internal sealed class ParameterStore
{
    private readonly List<Declaration> _declared = [];
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private bool _frozen;

    /// <summary>All parameters, [count]. Decayed ones come first.</summary>
    public Tensor Values { get; private set; } = null!;

    /// <summary>Gradients in the order of <see cref="Values"/>; autograd adds to them.</summary>
    public Tensor Gradients { get; private set; } = null!;

    /// <summary>How many of the first values weight decay applies to.</summary>
    public long Decayed { get; private set; }

    /// <summary>Name, shape and start in <see cref="Values"/>; buffers have the start -1.</summary>
    public IReadOnlyList<Declaration> Declared => _declared;

    public Tensor this[string name] => _tensors[name];

    /// <summary>Shape and a copy of the values, row-major.</summary>
    public (long[] Shape, float[] Values) Read(string name) => (_tensors[name].shape, _tensors[name].detach().contiguous().data<float>().ToArray());

    /// <summary>Normally distributed with the given deviation.</summary>
    public void Normal(string name, double deviation, params long[] shape) => Declare(name, shape, shape.Length > 1, deviation, 0);

    public void Constant(string name, float value, params long[] shape) => Declare(name, shape, false, 0, value);

    /// <summary>A weight [outputs, inputs] and a bias of zeros.</summary>
    public void Linear(string name, long inputs, long outputs, double gain = 1)
    {
        Normal(name + ".weight", gain * Math.Sqrt(1.0 / inputs), outputs, inputs);
        Constant(name + ".bias", 0, outputs);
    }

    public void Norm(string name, long width)
    {
        Constant(name + ".weight", 1, width);
        Constant(name + ".bias", 0, width);
    }

    /// <summary>State that is saved but not trained.</summary>
    public void Buffer(string name, float value, params long[] shape)
    {
        var declaration = new Declaration(name, shape, false, 0, value, true);
        _declared.Add(declaration);
        _tensors.Add(name, torch.full(shape, value).DetachFromDisposeScope());
    }

    /// <summary>Allocates the flat buffers and draws the initial values.</summary>
    public void Freeze(long seed)
    {
        using var generator = new Generator((ulong)seed, CPU);
        if (_frozen)
        {
            throw new InvalidOperationException("The parameters are frozen.");
        }

        _frozen = true;
        long offset = 0;
        foreach (var decay in new[] { true, false })
        {
            foreach (var declaration in _declared.Where(d => !d.IsBuffer && d.Decay == decay))
            {
                declaration.Offset = offset;
                offset += declaration.Count;
            }

            if (decay)
            {
                Decayed = offset;
            }
        }

        Values = zeros(offset).DetachFromDisposeScope();
        Gradients = zeros(offset).DetachFromDisposeScope();
        foreach (var declaration in _declared.Where(d => !d.IsBuffer))
        {
            var view = Values.narrow(0, declaration.Offset, declaration.Count).view(declaration.Shape).detach();
            if (declaration.Deviation > 0)
            {
                view.normal_(0, declaration.Deviation, generator);
            }
            else
            {
                view.fill_(declaration.Value);
            }

            view.requires_grad_(true);
            view.grad = Gradients.narrow(0, declaration.Offset, declaration.Count).view(declaration.Shape);
            _tensors.Add(declaration.Name, view.DetachFromDisposeScope());
        }
    }

    internal sealed record Declaration(string Name, long[] Shape, bool Decay, double Deviation, float Value, bool IsBuffer = false)
    {
        public long Offset { get; set; } = -1;

        public long Count => Shape.Aggregate(1L, (a, b) => a * b);
    }

    private void Declare(string name, long[] shape, bool decay, double deviation, float value) => _declared.Add(new Declaration(name, shape, decay, deviation, value));
}

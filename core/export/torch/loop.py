"""The text of a PyTorch training script around what a program says: settings, loop, check.

A field in braces is filled by `torch_module`.
"""

# what a script uses itself
from __future__ import annotations

TAKEN = """np os math torch F dtype device batch_size epochs seed Net deal check train start_values train_data
test_data chainlight_numbers net optimizer data epoch rows prediction loss objective part start title numbers
gradient parameter rank world whole_loss order examples self super""".split()
# what a torch.nn.Module already has
OF_MODULES = """T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule
half ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters
parameters register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to
to_empty train training type xpu zero_grad""".split()

SETTINGS = """\
dtype = torch.float64  # as Chainlight computes; torch.float32 is faster where there is much to do
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")  # "mps" takes float32 only
# on several devices or machines: torchrun --nproc-per-node=4 net.py, with these lines and two more below
# torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
# rank, world = torch.distributed.get_rank(), torch.distributed.get_world_size()
# device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else device
"""
DEAL = """\
def deal(epoch, examples):
    \"""The numbers of the examples of each mini-batch of an epoch, dealt as in Chainlight.\"""
    order = np.random.default_rng((seed, epoch, {dealing})).permutation(examples)
    return torch.from_numpy(order).split(batch_size)
"""
TRAIN = """\
def train():
    \"""Batch by batch: the forward pass, the gradients, an update.\"""
{draws}    torch.set_default_dtype(dtype)
    net = Net().to(device, dtype)
    # net = torch.nn.parallel.DistributedDataParallel(net)
    # the rule: {formula}
    optimizer = {optimizer}
    {unpack} = (part.to(device, dtype) for part in train_data())
    for epoch in range(epochs):
{at_epoch}        for rows in deal(epoch, len({first})):
            # rows = rows[rank::world]  # each process takes its share
            {results} = net({batch})  # the forward pass
            optimizer.zero_grad()
            {goal}.backward()  # the backward pass: the gradients
{before_update}            optimizer.step()  # the update
{after_update}        if (epoch + 1) % 10 == 0:
            print(f"epoch {{epoch + 1}}: loss {{whole_loss(net, {names})}}")
{test}    return net


def whole_loss(net, *data):
{eval}    with torch.no_grad():
        {results} = net(*data)
{drop}    return loss.item()
"""
TEST = """\
    {unpack} = (part.to(device, dtype) for part in test_data())
    print(f"loss on the examples kept for testing: {{whole_loss(net, {names})}}")
"""
DESCEND = """\
def train():
    \"""Downhill on the output: the forward pass, the gradients, an update.\"""
{draws}    torch.set_default_dtype(dtype)
    net = Net().to(device, dtype)
    # the rule: {formula}
    optimizer = {optimizer}
    for epoch in range(epochs):
{at_epoch}        {results} = net()  # the forward pass
        optimizer.zero_grad()
        {goal}.backward()  # the backward pass: the gradients
{before_update}        optimizer.step()  # the update
{after_update}        if (epoch + 1) % 10 == 0:
            print(f"step {{epoch + 1}}: before it {{loss.item()}}")
    return net
"""
CHECK = """\
def check():
    \"""{where}, before any update, loss and gradients are those that Chainlight computed.\"""
    torch.set_default_dtype(torch.float64)
    net = Net()
{eval}{prepare}    {results} = net({batch})
    {goal}.backward()
    numbers = chainlight_numbers()
    assert torch.allclose(loss, numbers["loss"], 1e-6, 1e-8), f"the loss is {{loss}}"
    for title, parameter in net.named_parameters():
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        assert torch.allclose(gradient, numbers[title], 1e-6, 1e-8), f"d{{title}} is {{gradient}}"
    print(f"loss {{loss.item()}} and its gradients are those of Chainlight")
"""
# where something is dropped
DRAWS = "    # F.dropout draws other masks than Chainlight, so the losses are not the same\n"
EVAL = "    net.eval()  # nothing is dropped\n"
DROP = "    net.train()\n"
PREPARE = """\
    {unpack} = train_data()
    rows = deal(0, len({first}))[0]
"""
MAIN = """\
if __name__ == "__main__":
    check()
    train()
"""

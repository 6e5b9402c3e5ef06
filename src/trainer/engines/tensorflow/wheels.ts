import type { EnginePackage } from '../packages/enginePackage';

const mebibyte = 2 ** 20;

/** A Python package (TensorFlow 2.21) that holds libraries we load. Its file is named after package and version. */
function wheel(file: string, bytes: number, sha256: string, md5: string): EnginePackage {
  const [name = '', version = ''] = file.split('-');
  const beginning = { bytes: mebibyte, md5 };
  return { client: 'pip', name: name.replaceAll('_', '-'), version, file, bytes, sha256, beginning };
}

/** TensorFlow for processors. */
export const processorWheels: readonly EnginePackage[] = [
  wheel(
    'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    274_000_871,
    'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    '1a50692f4609f07b974dfa14889d05eb',
  ),
];

/** TensorFlow for NVIDIA cards, with the CUDA 12 and cuDNN 9 libraries that its `and-cuda` extra names. */
export const cudaWheels: readonly EnginePackage[] = [
  wheel(
    'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    572_611_111,
    'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    '3d289e4842afd169d4f35451fe409eb0',
  ),
  wheel(
    'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
    581_217_458,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    '851adba1fdce4c2ffe7af7b420b2e091',
  ),
  wheel(
    'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    10_248_621,
    'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    'f68fa44a84be91249ca28d8f01a3224c',
  ),
  wheel(
    'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    89_568_129,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    '3a24a0356da71188e449344fd40dc132',
  ),
  wheel(
    'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    3_493_179,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    '626af9edd26617daf7946195db668a47',
  ),
  wheel(
    'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
    716_538_495,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    'f6e85784312b2d67645fd551ce433e6c',
  ),
  wheel(
    'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    200_877_592,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    'd958151e7cb90fc1ff33e99f4589d5a5',
  ),
  wheel(
    'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
    68_295_626,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    'ca6f21a17ee87cef26a0d831fd25d19e',
  ),
  wheel(
    'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
    338_117_415,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    '136634df374abcc97f38ef81593597dc',
  ),
  wheel(
    'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    366_465_088,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    'd6a6e4a870dc4b0fed6968151ab1a808',
  ),
  wheel(
    'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
    351_526_311,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    'dab74e850f27471a11d9b0858de5bfb2',
  ),
  wheel(
    'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    39_748_338,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    'ef08ac005d386a83d801b80cc6c1341b',
  ),
];

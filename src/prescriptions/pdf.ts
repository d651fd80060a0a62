/** A prescription on paper, A5: Chinese text, and a QR code that leads to its proof. */
import { createRequire } from 'node:module';
import path from 'node:path';
import PDFDocument from 'pdfkit';
import QRCode from 'qrcode';
import type { PatientSheet } from './ports.ts';
import type { Content } from './view.ts';

export interface Paper extends Content {
  prescriptionNo: string;
  clinic: string;
  sheet: PatientSheet;
  doctorName: string;
  reviewerName: string | null;
  reviewedAt: string | null;
  createdAt: string;
  /** Time zone of the dates on it. */
  zone: string;
  verifyUrl: string;
}

/** A whole TrueType font: subsets of it as WOFF miss characters of names. */
const FONT = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc')),
  '400Regular/NotoSansSC_400Regular.ttf',
);
const MARGIN = 36;
/** Points. */
const QR_SIZE = 72;
/** Below this the next item begins a new page. */
const LAST_LINE = 470;

const SEX = { male: '男', female: '女' } as const;
const FREQUENCY: Record<string, string> = {
  ...{ qd: '每日1次', bid: '每日2次', tid: '每日3次', qid: '每日4次', qn: '每晚1次', qod: '隔日1次', qw: '每周1次', biw: '每周2次' },
  ...{ q4h: '每4小时1次', q6h: '每6小时1次', q8h: '每8小时1次', q12h: '每12小时1次', st: '立即', prn: '必要时' },
};
const ROUTE: Record<string, string> = {
  ...{
    oral: '口服',
    sublingual: '舌下含服',
    intravenous: '静脉注射',
    intramuscular: '肌内注射',
    subcutaneous: '皮下注射',
    topical: '外用',
  },
  ...{ inhaled: '吸入', rectal: '直肠给药', vaginal: '阴道给药', ophthalmic: '滴眼', otic: '滴耳', nasal: '鼻用' },
};
const UNIT: Record<string, string> = { tablet: '片', capsule: '粒', sachet: '袋', drop: '滴', puff: '喷', patch: '贴', dose: '剂' };

/** @returns the bytes of the document */
export async function prescriptionPdf(paper: Paper): Promise<Buffer> {
  const document = new PDFDocument({ size: 'A5', margin: MARGIN, info: { Title: `处方 ${paper.prescriptionNo}`, Author: paper.clinic } });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const ended = new Promise<void>((done) => document.once('end', done));
  document.font(FONT);
  writeHead(document, paper);
  writeItems(document, paper);
  writeFoot(document, paper);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

type Page = InstanceType<typeof PDFDocument>;

function writeHead(page: Page, paper: Paper): void {
  const { prescriptionNo, clinic, sheet, createdAt, zone, diagnoses, verifyUrl } = paper;
  drawCode(page, verifyUrl, page.page.width - MARGIN - QR_SIZE, MARGIN);
  const width = page.page.width - 2 * MARGIN - QR_SIZE - 12;
  page.fontSize(16).text(clinic, MARGIN, MARGIN, { width });
  page.fontSize(11).text('电子处方 Prescription', { width });
  page.moveDown(0.4).fontSize(8).text(`处方编号 ${prescriptionNo}`, { width });
  page.text(`开具日期 ${dateOf(createdAt, zone)}`, { width });
  page.y = Math.max(page.y, MARGIN + QR_SIZE) + 8;
  rule(page);
  const sex = sheet.sex ? SEX[sheet.sex] : '—';
  page.fontSize(10).text(`姓名 ${sheet.name}    性别 ${sex}    出生日期 ${sheet.birthDate ?? '—'}`, MARGIN);
  page.moveDown(0.3).text(`诊断 ${diagnoses.map(({ name, code: icd }) => `${name} (${icd})`).join('；')}`);
  page.moveDown(0.4);
  rule(page);
}

/** A QR code in runs of squares: sharp on any printer, and made in a twentieth of the time that a picture takes. */
function drawCode(page: Page, text: string, left: number, top: number): void {
  const { modules } = QRCode.create(text);
  const { size } = modules;
  const side = QR_SIZE / size;
  for (let row = 0; row < size; row++) {
    for (let from = 0, to = 0; from < size; from = to + 1) {
      for (to = from; to < size && modules.get(row, to);) to++;
      if (to > from) page.rect(left + from * side, top + row * side, (to - from) * side, side);
    }
  }
  page.fill();
}

function writeItems(page: Page, { items }: Paper): void {
  page.fontSize(14).text('Rp.').moveDown(0.2);
  items.forEach((item, index) => {
    if (page.y > LAST_LINE) page.addPage().font(FONT);
    const { name, specification, unit, dose, doseUnit, frequency, route, days, quantity, note } = item;
    page.fontSize(10).text(`${index + 1}. ${name}  ${specification}  × ${quantity}${unit}`);
    const amount = `每次 ${dose}${UNIT[doseUnit] ?? doseUnit}`;
    page.fontSize(9).text(`    用法：${amount}  ${FREQUENCY[frequency] ?? frequency}  ${ROUTE[route] ?? route}  ${days}天`);
    if (note) page.text(`    ${note}`);
    page.moveDown(0.3);
  });
  page.fontSize(9).text('（以下空白）', { align: 'center' });
}

function writeFoot(page: Page, { doctorName, reviewerName, reviewedAt, zone }: Paper): void {
  page.moveDown(0.6);
  rule(page);
  const review = reviewedAt ? `审核药师 ${reviewerName ?? '—'}    审核日期 ${dateOf(reviewedAt, zone)}` : '';
  page.fontSize(10).text(`医师 ${doctorName}    ${review}`, MARGIN);
  page.moveDown(0.3).fontSize(7).text('扫描二维码可核验本处方真伪。本处方经药师审核后有效。Scan the code to verify this prescription.');
}

function rule(page: Page): void {
  page
    .moveTo(MARGIN, page.y)
    .lineTo(page.page.width - MARGIN, page.y)
    .lineWidth(0.5)
    .stroke();
  page.y += 6;
}

const dateOf = (time: string, zone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(time));

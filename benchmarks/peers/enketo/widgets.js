// The slim list of widgets: none of those for maps, dates, drawing and files, which this form does not have.
import Radiopicker from 'enketo-core/src/widget/radio/radiopicker';

export default [Radiopicker];

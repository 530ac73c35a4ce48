// shows: the tag view with a class attribute, and a layout that is included by another
// manifest:
//   launcher: Main
//   layouts: {part: '<merge><view class="cn.example.Chart"/></merge>', other: '<merge/>'}
//   hit: {layouts: {main: '<LinearLayout><include layout="@layout/part"/></LinearLayout>', part: '<merge><view class="cn.example.Chart"/></merge>', other: '<merge/>'}}
//   miss: {layouts: {main: '<LinearLayout><include layout="@layout/other"/></LinearLayout>', part: '<merge><view class="cn.example.Chart"/></merge>', other: '<merge/>'}}
// hit: [serial before_consent = launcher Main.onCreate > inflated Chart.<init>]
// miss: [serial present = Chart.<init>]

class Main extends Activity {
  protected void onCreate(Bundle state) { setContentView(R.layout.main); }
}
class Chart extends View {
  public Chart(Context context, AttributeSet set) { super(context, set); String id = SERIAL; }
}
